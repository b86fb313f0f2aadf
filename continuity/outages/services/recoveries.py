"""What happens to one recovery besides its clocks: stuck, freed, handed over."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.clocks import Press
from continuity.domain.errors import NotAllowedNow
from continuity.domain.states import DrillEvent, next_state
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe
from continuity.outages.models import EntryKind, Outage, Recovery
from continuity.outages.services.journal import JUST_NOW, append, placed, presence, written
from continuity.outages.services.marks import opened, present, running


@transaction.atomic
def stuck(
    recovery_pk: int,
    reason: str,
    *,
    key: UUID | None = None,
    press: Press = JUST_NOW,
    by_link: bool = False,
    actor: User,
    now: datetime,
) -> Recovery:
    """Note what is in the way of a recovery, and owe its facilitator the word.

    The same reason again, and the same `key`, does nothing; another one takes its place,
    and the journal keeps both. Raises NotRunning when it is not under way, NotAllowedNow
    once the work goes on, PlaysAway.
    """
    outage, recovery = opened(recovery_pk)
    if written(outage, key) is not None:
        return recovery
    running(outage)
    present(outage, actor)
    if recovery.minimum_at is not None:
        raise NotAllowedNow("It works again.")
    if recovery.stuck_reason == reason:
        return recovery
    at, exact = placed(outage, press, now)
    _set_stuck(recovery, reason, actor, at)
    entry = append(
        outage,
        EntryKind.STUCK,
        at=at,
        now=now,
        actor=actor,
        recovery=recovery,
        data={"reason": reason, "exact": exact}
        | presence(actor, recovery, by_link=by_link),
        key=key,
    )
    if outage.facilitator is not None and outage.facilitator != actor:
        owe(
            [outage.facilitator],
            write=lambda _user: _message(
                outage,
                _("%(workflow)s is stuck: %(title)s")
                % {"workflow": recovery.workflow, "title": outage.title},
                _("%(name)s says what is in the way:\n\n%(reason)s")
                % {"name": actor, "reason": reason},
                recovery,
            ),
            key=f"stuck-{outage.pk}-{entry.number}",
            now=now,
            kind=Kind.STUCK,
            teams=[recovery.workflow.team],
        )
    return recovery


@transaction.atomic
def unstuck(recovery_pk: int, *, actor: User, now: datetime) -> Recovery:
    """Note that nothing is in the way any more; again does nothing.

    Raises IllegalTransition before the start and after an abort.
    """
    outage, recovery = opened(recovery_pk)
    next_state(outage.state, DrillEvent.NOTE)
    if not recovery.stuck_reason:
        return recovery
    reason = recovery.stuck_reason
    _set_stuck(recovery, "", None, None)
    append(
        outage,
        EntryKind.UNSTUCK,
        at=now,
        now=now,
        actor=actor,
        recovery=recovery,
        data={"reason": reason},
    )
    return recovery


@transaction.atomic
def hand_over(recovery_pk: int, to: User, *, actor: User, now: datetime) -> Recovery:
    """Let `to` lead a recovery from now on, and owe them the word.

    Again does nothing. Raises NotRunning when it is not under way, NotAllowedNow if
    `to` may not take part in it or plays being away, PlaysAway.
    """
    outage, recovery = opened(recovery_pk)
    running(outage)
    present(outage, actor)
    allowed = Recovery.objects.allowing(to, Action.TAKE_PART)
    if (
        to.pk == outage.away_id
        or not to.is_active
        or not allowed.filter(pk=recovery.pk).exists()
    ):
        raise NotAllowedNow(f"{to} may not take part in it.")
    if recovery.lead_id == to.pk:
        return recovery
    before = str(recovery.lead or "")
    recovery.lead = to
    recovery.save(update_fields=["lead"])
    entry = append(
        outage,
        EntryKind.HANDED,
        at=now,
        now=now,
        actor=actor,
        recovery=recovery,
        data={"from": before, "to": str(to)},
    )
    if to != actor:
        owe(
            [to],
            write=lambda _user: _message(
                outage,
                _("You now lead %(workflow)s: %(title)s")
                % {"workflow": recovery.workflow, "title": outage.title},
                _("%(name)s has handed it over to you.") % {"name": actor},
                recovery,
            ),
            key=f"handed-{outage.pk}-{entry.number}",
            now=now,
            kind=Kind.HANDED,
        )
    return recovery


def _set_stuck(
    recovery: Recovery, reason: str, by: User | None, at: datetime | None
) -> None:
    recovery.stuck_reason, recovery.stuck_by, recovery.stuck_at = reason, by, at
    recovery.save(update_fields=["stuck_reason", "stuck_by", "stuck_at"])


def _message(outage: Outage, subject: str, body: str, recovery: Recovery) -> Message:
    return Message(
        subject,
        f"{outage.title}\n\n{body}",
        f"{outage.get_absolute_url()}?part={recovery.pk}",
        exercise=outage.is_drill,
    )
