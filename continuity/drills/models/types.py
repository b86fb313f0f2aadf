"""What each type of drill means: what it asks of people, and what to mind."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class DrillType(models.TextChoices):
    WALKTHROUGH = "walkthrough", _("Walkthrough")
    TABLETOP = "tabletop", _("Tabletop")
    FUNCTIONAL = "functional", _("Functional")
    LIVE = "live", _("Live")


ASKED: Final = {
    DrillType.WALKTHROUGH: _(
        "Walkthrough: read the runbook together, step by step, and say what is wrong or "
        "missing. Nobody switches."
    ),
    DrillType.TABLETOP: _(
        "Tabletop: talk through what you would do at each moment and who decides. Press "
        "when you would; nobody switches."
    ),
    DrillType.FUNCTIONAL: _(
        "Functional: open your alternative and do a sample of the work with it. The usual "
        "tool stays there for everything urgent."
    ),
    DrillType.LIVE: _(
        "Live: do all your work without the tool until the end, as on a real morning. "
        "Urgent harm goes first: then say “I am stuck” and use the tool."
    ),
}
"""What participants are asked to do, in the plan, by mail and on the live page."""

AWAY: Final = _(
    "You play being away: do not press, answer or help. Your deputies act without you, "
    "with the runbook alone."
)

WATCH: Final = _(
    "You watch: note what you see, and leave pressing and helping to those who take part."
)

MIND: Final = {
    DrillType.WALKTHROUGH: _("It proves no alternative: nobody uses one."),
    DrillType.TABLETOP: _("It proves no alternative: nobody uses one."),
    DrillType.FUNCTIONAL: _("It proves the alternatives that carry the work in time."),
    DrillType.LIVE: _(
        "Real work may suffer. It is a draft until a manager approves it, and does not "
        "begin without."
    ),
}
"""What who plans it has to mind."""

USUAL_LIMIT: Final = {
    DrillType.WALKTHROUGH: timedelta(hours=1),
    DrillType.TABLETOP: timedelta(hours=2),
    DrillType.FUNCTIONAL: timedelta(hours=2),
    DrillType.LIVE: timedelta(hours=4),
}
USUAL_NOTICE: Final = {
    DrillType.WALKTHROUGH: timedelta(days=7),
    DrillType.TABLETOP: timedelta(days=7),
    DrillType.FUNCTIONAL: timedelta(days=1),
    DrillType.LIVE: timedelta(days=14),
}
