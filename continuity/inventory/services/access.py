"""A person's own word on whether they could work with an alternative."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.history.services import record
from continuity.inventory.models import QUESTIONS, Access, Alternative


@transaction.atomic
def answer(
    alternative_pk: int, *, answers: Mapping[str, str], actor: User, now: datetime
) -> Access:
    """Keep the six answers of `actor`; a question that is not among them is open again.

    The same answers again are as good as new from now on.
    """
    alternative = Alternative.objects.select_related(
        "tool", "dependency__workflow__team"
    ).get(pk=alternative_pk)
    row = Access.objects.filter(alternative=alternative, user=actor).first()
    before = {name: getattr(row, name) for name in QUESTIONS} if row else {}
    after = {name: answers.get(name, "") for name in QUESTIONS}
    kept, _created = Access.objects.update_or_create(
        alternative=alternative, user=actor, defaults={**after, "answered_at": now}
    )
    workflow = alternative.dependency.workflow
    record(
        "access.answered",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before={name: value for name, value in before.items() if value != after[name]},
        after={
            "alternative": alternative,
            **{name: value for name, value in after.items() if value != before.get(name)},
        },
    )
    return kept


@transaction.atomic
def withdraw(alternative_pk: int, *, actor: User, now: datetime) -> bool:
    """Take one's answers back, so that all six are open again. False: there were none."""
    row = (
        Access.objects.select_for_update(of=("self",))
        .select_related("alternative__tool", "alternative__dependency__workflow__team")
        .filter(alternative=alternative_pk, user=actor)
        .first()
    )
    if row is None:
        return False
    workflow = row.alternative.dependency.workflow
    record(
        "access.withdrawn",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before={
            "alternative": row.alternative,
            **{name: getattr(row, name) for name in QUESTIONS if getattr(row, name)},
        },
    )
    row.delete()
    return True
