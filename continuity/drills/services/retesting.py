"""What a later drill or outage says of the actions that came from an earlier one."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.domain.after_action import retested
from continuity.drills.models import CorrectiveAction
from continuity.notifications.services import Message, owe
from continuity.outages.models import Outage
from continuity.outages.queries.results import Line


def propose(outage: Outage, lines: Iterable[Line], *, now: datetime) -> int:
    """Propose for closing what this outage has put to the test and passed; return how many.

    In the caller's transaction. An action of before it is proposed when every
    recovery of its workflow met its target, with the slowest of them as the link; where
    one failed to, an earlier proposal is withdrawn: the latest word counts. A person
    confirms it, nothing closes by itself.
    """
    by_workflow: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_workflow[line.workflow_pk].append(line)
    actions = (
        CorrectiveAction.objects.standing()
        .filter(workflow__in=list(by_workflow), made_at__lt=outage.onset)
        .select_for_update(of=("self",))
        .select_related("owner", "finding__outage__facilitator")
        .order_by("pk")
    )
    proposed = 0
    for action in actions:
        own = by_workflow[action.workflow_id or 0]
        passed = retested(tuple(line.verdict for line in own))
        if passed is None:
            continue
        slowest = max(own, key=lambda line: line.reading.length)
        action.proposed_id = slowest.pk if passed else None
        action.save(update_fields=["proposed"])
        if passed:
            _tell(action, outage, now=now)
            proposed += 1
    return proposed


def _tell(action: CorrectiveAction, outage: Outage, *, now: datetime) -> None:
    facilitator = action.finding.outage.facilitator
    people = {action.owner.pk: action.owner}
    if facilitator is not None:
        people[facilitator.pk] = facilitator

    def write(user: User) -> Message:
        if outage.is_drill:
            tested = _(
                "The drill “%(title)s” has put it to the test, and the target was met."
                "\n\nLook at it, and confirm or go on:"
            )
        else:
            tested = _(
                "The outage “%(title)s” has put it to the test, and the target was met."
                "\n\nLook at it, and confirm or go on:"
            )
        return Message(
            _("An action can be closed: %(action)s") % {"action": action.text},
            tested % {"title": outage.title}
            + f"\n\n{settings.BASE_URL}{action.get_absolute_url()}\n",
        )

    owe(
        people.values(),
        write=write,
        key=f"action-proposed-{action.pk}-{action.proposed_id}",
        now=now,
    )
