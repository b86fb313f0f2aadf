"""Corrective actions: given to somebody, followed, closed on proof or for a reason."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.domain.clocks import Verdict
from continuity.domain.errors import Refused
from continuity.drills.models import ActionStatus, CorrectiveAction, Finding
from continuity.drills.services.reviewing import opened
from continuity.history.services import record
from continuity.notifications.services import Message, owe
from continuity.outages.queries.results import lines_of
from continuity.web import formats


class ActionClosed(Refused):
    """The action is closed, and has to be opened again first."""

    code = "action_closed"


class NoRetest(Refused):
    """No later drill has passed, or what it showed does not count any more."""

    code = "no_retest"


@transaction.atomic(durable=True)
def add(
    finding_pk: int,
    *,
    text: str,
    owner: User,
    due_on: date,
    actor: User,
    now: datetime,
) -> CorrectiveAction:
    """Give somebody something to do about a finding, and owe them the word.

    Raises ReportClosed once the report is approved.
    """
    found = Finding.objects.select_related("workflow__team").get(pk=finding_pk)
    outage, _review = opened(found.outage_id, now=now)
    workflow = found.workflow
    action = CorrectiveAction.objects.create(
        finding=found,
        team=outage.team if workflow is None else workflow.team,
        workflow=workflow,
        alternative_id=found.alternative_id,
        text=text,
        owner=owner,
        due_on=due_on,
        remind_on=due_on,
        made_at=now,
        made_by=actor,
    )
    _record("added", action, actor, now, after={"owner": owner, "due_on": due_on})
    _give(action, actor, now)
    return action


@transaction.atomic(durable=True)
def change(
    action_pk: int, *, text: str, owner: User, due_on: date, actor: User, now: datetime
) -> None:
    """Put it in other words, give it to somebody else, or set another date.

    A new date is reminded of anew. The same again leaves no trace. Raises ActionClosed.
    """
    action = _standing(action_pk)
    new: dict[str, object] = {"text": text, "owner": owner, "due_on": due_on}
    old = {name: getattr(action, name) for name in new}
    differing = [name for name in new if old[name] != new[name]]
    if not differing:
        return
    for name in differing:
        setattr(action, name, new[name])
    if "due_on" in differing:
        action.remind_on = due_on
    action.save(update_fields=[*differing, "remind_on"])
    _record(
        "changed",
        action,
        actor,
        now,
        before={name: old[name] for name in differing},
        after={name: new[name] for name in differing},
    )
    if "owner" in differing:
        _give(action, actor, now)


@transaction.atomic(durable=True)
def move(action_pk: int, status: str, *, actor: User, now: datetime) -> None:
    """Say how far it is; closing is another verb. Again does nothing.

    Raises ActionClosed.
    """
    action = _standing(action_pk)
    new = ActionStatus(status)
    if new == ActionStatus.CLOSED:
        raise NoRetest("Closing needs a retest or a reason.")
    if action.status == new:
        return
    before, action.status = action.status, new
    action.save(update_fields=["status"])
    _record(
        "moved", action, actor, now, before={"status": before}, after={"status": new.value}
    )


@transaction.atomic(durable=True)
def close(action_pk: int, *, actor: User, now: datetime) -> None:
    """Close it on the retest that is proposed.

    Raises ActionClosed, and NoRetest if none is proposed or if that recovery is not
    judged as met any more: it may have been excused since.
    """
    action = _standing(action_pk)
    if action.proposed_id is None:
        raise NoRetest("No retest has passed.")
    [line] = lines_of([action.proposed_id], now=now)
    if line.verdict is not Verdict.MET:
        raise NoRetest(f"The retest is {line.verdict}.")
    action.retest_id = action.proposed_id
    _close(action, actor, now)
    _record("closed", action, actor, now, after={"drill": line.outage_title})


@transaction.atomic(durable=True)
def close_without(action_pk: int, reason: str, *, actor: User, now: datetime) -> None:
    """Close it without a retest, for a reason and under one's name. Raises ActionClosed."""
    action = _standing(action_pk)
    action.closed_reason = reason
    _close(action, actor, now)
    _record("closed", action, actor, now, after={"reason": reason})


@transaction.atomic(durable=True)
def reopen(action_pk: int, *, actor: User, now: datetime) -> None:
    """Take it up again as to be done. Again does nothing."""
    action = _locked(action_pk)
    if action.status != ActionStatus.CLOSED:
        return
    action.status = ActionStatus.OPEN
    action.closed_at, action.closed_by = None, None
    action.closed_reason, action.retest_id = "", None
    action.remind_on = action.due_on
    action.save(
        update_fields=[
            "status",
            "closed_at",
            "closed_by",
            "closed_reason",
            "retest",
            "remind_on",
        ]
    )
    _record("reopened", action, actor, now)


def _locked(action_pk: int) -> CorrectiveAction:
    return (
        CorrectiveAction.objects.select_for_update(of=("self",))
        .select_related("owner", "team", "finding__outage")
        .get(pk=action_pk)
    )


def _standing(action_pk: int) -> CorrectiveAction:
    action = _locked(action_pk)
    if action.status == ActionStatus.CLOSED:
        raise ActionClosed("It is closed.")
    return action


def _close(action: CorrectiveAction, actor: User, now: datetime) -> None:
    action.status = ActionStatus.CLOSED
    action.closed_at, action.closed_by = now, actor
    action.remind_on = None
    action.save(
        update_fields=[
            "status",
            "closed_at",
            "closed_by",
            "closed_reason",
            "retest",
            "remind_on",
        ]
    )


def _give(action: CorrectiveAction, actor: User, now: datetime) -> None:
    if action.owner == actor:
        return

    def write(user: User) -> Message:
        return Message(
            _("An action is yours: %(action)s") % {"action": action.text},
            _("%(name)s gave you an action, due on %(day)s:\n\n%(action)s")
            % {
                "name": actor,
                "day": formats.day(action.due_on),
                "action": action.text,
            }
            + f"\n\n{settings.BASE_URL}{action.get_absolute_url()}\n",
        )

    key = f"action-given-{action.pk}-{now.timestamp():.0f}"
    owe([action.owner], write=write, key=key, now=now)


def _record(
    what: str,
    action: CorrectiveAction,
    actor: User,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record(
        f"action.{what}",
        action,
        actor=actor,
        now=now,
        team=action.team,
        before=before,
        after=after,
    )
