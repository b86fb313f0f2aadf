"""The two questions that everybody is asked right after an outage, rehearsed or real."""

from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.drills.models import SurveyAnswer
from continuity.drills.services.reviewing import opened
from continuity.history.services import record


@transaction.atomic(durable=True)
def answer(
    outage_pk: int, *, slowed: str, helps: str, actor: User, now: datetime
) -> SurveyAnswer:
    """Keep what somebody says, in place of what they said before. One answer a person.

    Raises ReportClosed once the report is approved, NoReport before it has ended.
    """
    outage, _review = opened(outage_pk, now=now)
    known = SurveyAnswer.objects.filter(outage=outage, person=actor).first()
    if known is not None and (known.slowed, known.helps) == (slowed, helps):
        return known
    if known is None:
        given = SurveyAnswer.objects.create(
            outage=outage, person=actor, slowed=slowed, helps=helps, answered_at=now
        )
    else:
        given = known
        given.slowed, given.helps, given.changed_at = slowed, helps, now
        given.save(update_fields=["slowed", "helps", "changed_at"])
    # What was said stays out of the history: it names the person to everybody there.
    record("survey.answered", outage, actor=actor, now=now, team=outage.team)
    return given
