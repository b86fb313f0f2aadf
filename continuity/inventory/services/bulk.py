"""Changing many workflows at once, and taking that back: all in one transaction each,
with a line of history for every workflow."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, models, transaction

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.errors import Conflict
from continuity.domain.review import ReviewEvent, ReviewState, next_review_state
from continuity.history.services import Line, plain, record_all
from continuity.inventory.models import (
    Alternative,
    BulkChange,
    BulkKind,
    Dependency,
    Workflow,
    WorkflowStatus,
)
from continuity.inventory.queries import bulk as queries
from continuity.inventory.queries import reviews as review_queries
from continuity.inventory.queries.bulk import TARGETS, Asked, Plan, Selection
from continuity.inventory.services import proofs, reviews

BATCH: Final = 500
ARCHIVE_COLUMNS: Final = ("archived_at", "status")

type Rows = list[dict[str, Any]]


@transaction.atomic
def apply(
    selection: Selection, asked: Asked, *, seen: str, actor: User, now: datetime
) -> BulkChange:
    """Do `asked` to all of the selection that it can be done to, as it was previewed.

    `seen` is the digest of the plan that the person confirmed. Raises Conflict if, under
    the locks, anything else would be written by now; then nothing is.
    """
    pks = selection.pks()
    list(Workflow.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    plan = queries.plan(actor, pks, asked)
    if plan.digest != seen or not plan.changing:
        raise Conflict("What would be changed is not what was previewed.")
    try:
        with transaction.atomic():
            rows = _WRITERS[asked.kind](plan, actor, now)
    except IntegrityError as error:
        raise Conflict("Something else was written in this moment.") from error
    return BulkChange.objects.create(
        kind=asked.kind,
        by=actor,
        at=now,
        changed=len(plan.changing),
        left_out=plan.refused,
        rows=rows,
    )


@transaction.atomic
def undo(bulk_pk: int, *, actor: User, now: datetime) -> BulkChange:
    """Take a change of many back from every workflow that is still as it left it.

    What was changed since, or is in use, or may not be changed by `actor`, stays as it
    is; how many went back is kept. A second call changes nothing.
    """
    done = BulkChange.objects.select_for_update().get(pk=bulk_pk)
    if not done.can_be_undone:
        return done
    pks = [row["pk"] for row in done.rows]
    rows = Workflow.objects.allowing(actor, Action.EDIT).filter(pk__in=pks)
    there = rows.select_for_update(of=("self",)).select_related("team").order_by("pk")
    workflows = there.in_bulk()
    if done.kind == BulkKind.ALTERNATIVE:
        back = _alternatives_back(done.rows, workflows)
    else:
        back = _columns_back(done.rows, workflows, actor)
    record_all(back, actor=actor, now=now)
    keys = [line.subject.pk for line in back]
    if done.kind in {BulkKind.EDIT, BulkKind.ALTERNATIVE}:
        reviews.changed(keys)
        reviews.reverted(keys)
    done.undone_at = now
    done.undone = len(set(keys))
    done.save(update_fields=["undone_at", "undone"])
    return done


def _edit(plan: Plan, actor: User, now: datetime) -> Rows:
    rows: Rows = []
    retargeted = []
    for line in plan.changing:
        workflow = line.workflow
        after = dict(line.after)
        if after.keys() & set(TARGETS):
            # Whoever changes a target is its author; their reason is not the old one.
            retargeted.append(workflow.pk)
            after |= {"targets_by": actor, "targets_at": now, "targets_reason": ""}
        columns = [Workflow._meta.get_field(name).attname for name in after]  # type: ignore[union-attr]
        before_columns = {name: getattr(workflow, name) for name in columns}
        for name, value in after.items():
            setattr(workflow, name, value)
        after_columns = {name: getattr(workflow, name) for name in columns}
        rows.append(
            {
                "pk": workflow.pk,
                "before": plain(before_columns),
                "after": plain(after_columns),
            }
        )
    changing = Workflow.objects.filter(pk__in=[row["pk"] for row in rows])
    changing.update(**plan.asked.fields)
    changing.filter(pk__in=retargeted).update(
        targets_by=actor, targets_at=now, targets_reason=""
    )
    record_all(
        (
            Line("workflow.changed", one.workflow, one.workflow.team, one.before, one.after)
            for one in plan.changing
        ),
        actor=actor,
        now=now,
    )
    if "tier" in plan.asked.fields:
        proofs.apply_policy()
    reviews.changed(row["pk"] for row in rows)
    return rows


def _archive(plan: Plan, actor: User, now: datetime) -> Rows:
    return _in_or_out(plan, "workflow.archived", now, actor, now)


def _restore(plan: Plan, actor: User, now: datetime) -> Rows:
    return _in_or_out(plan, "workflow.restored", None, actor, now)


def _in_or_out(
    plan: Plan, verb: str, archived_at: datetime | None, actor: User, now: datetime
) -> Rows:
    rows: Rows = []
    for line in plan.changing:
        workflow = line.workflow
        before = plain({name: getattr(workflow, name) for name in ARCHIVE_COLUMNS})
        if archived_at is None:
            state = next_review_state(workflow.review_state, ReviewEvent.RESTORE)
            workflow.status = WorkflowStatus(state)
        workflow.archived_at = archived_at
        after = plain({name: getattr(workflow, name) for name in ARCHIVE_COLUMNS})
        rows.append({"pk": workflow.pk, "before": before, "after": after})
    changing = Workflow.objects.filter(pk__in=[row["pk"] for row in rows])
    changing.update(archived_at=archived_at)
    if archived_at is None:
        state = next_review_state(ReviewState.ARCHIVED, ReviewEvent.RESTORE)
        changing.update(status=state)
    lines = (Line(verb, one.workflow, one.workflow.team) for one in plan.changing)
    record_all(lines, actor=actor, now=now)
    return rows


def _approve(plan: Plan, actor: User, now: datetime) -> Rows:
    workflows = [line.workflow for line in plan.changing]
    facts = review_queries.facts([one.pk for one in workflows])
    reviews.approve_all(workflows, facts, actor=actor, now=now)
    return [{"pk": one.pk, "version": one.version} for one in workflows]


def _add_alternative(plan: Plan, actor: User, now: datetime) -> Rows:
    fields = {name: value for name, value in plan.asked.fields.items() if name != "of"}
    keys = [line.after["dependency"] for line in plan.changing]
    list(Dependency.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    made = Alternative.objects.bulk_create(
        (
            Alternative(
                dependency_id=line.after["dependency"], rank=line.after["rank"], **fields
            )
            for line in plan.changing
        ),
        batch_size=BATCH,
    )
    said = {
        "people_at_once" if name == "limit" else name: value
        for name, value in fields.items()
        if name not in {"tool", "procedure"} and value not in (None, "", [])
    }
    after = {
        "alternative": fields["procedure"] or fields["tool"],
        "tool": plan.asked.fields["of"],
        **said,
    }
    record_all(
        (
            Line("alternative.created", one.workflow, one.workflow.team, after=after)
            for one in plan.changing
        ),
        actor=actor,
        now=now,
    )
    reviews.changed(line.workflow.pk for line in plan.changing)
    return [
        {"pk": line.workflow.pk, "alternative": one.pk, "after": _facts(one)}
        for line, one in zip(plan.changing, made, strict=True)
    ]


def _facts(alternative: Alternative) -> dict[str, Any]:
    """Return what an alternative says, its place aside, to tell whether it was changed."""
    columns = [field.attname for field in Alternative._meta.concrete_fields]
    return plain({name: getattr(alternative, name) for name in columns if name != "rank"})


_WRITERS: Final = {
    BulkKind.EDIT: _edit,
    BulkKind.ALTERNATIVE: _add_alternative,
    BulkKind.APPROVE: _approve,
    BulkKind.ARCHIVE: _archive,
    BulkKind.RESTORE: _restore,
}


def _columns_back(rows: Rows, workflows: Mapping[int, Workflow], actor: User) -> list[Line]:
    """Put the columns back where they are as the change left them and may be put back."""
    teams = set(Team.objects.allowing(actor, Action.EDIT).values_list("pk", flat=True))
    names = dict(Team.objects.values_list("pk", "name"))
    people = dict(User.objects.values_list("pk", "name"))
    in_use = {
        (team, name.lower()): pk
        for pk, team, name in Workflow.objects.current().values_list("pk", "team", "name")
    }
    lines: list[Line] = []
    touched: set[str] = set()
    changed: list[Workflow] = []
    for row in rows:
        workflow = workflows.get(row["pk"])
        if workflow is None:
            continue
        now_is = plain({name: getattr(workflow, name) for name in row["after"]})
        wanted = {name: _read(name, value) for name, value in row["before"].items()}
        team = wanted.get("team_id", workflow.team_id)
        stays = wanted.get("archived_at", workflow.archived_at) is None
        place = (team, workflow.name.lower())
        if now_is != row["after"] or team not in teams:
            continue
        if stays and in_use.setdefault(place, workflow.pk) != workflow.pk:
            continue
        targets = {name: wanted.get(name, getattr(workflow, name)) for name in TARGETS}
        if wanted.keys() & set(TARGETS) and queries.contradiction(**targets):
            continue
        for name, value in wanted.items():
            setattr(workflow, name, value)
        touched |= wanted.keys()
        changed.append(workflow)
        before = dict(_said(row["after"], names, people))
        after = dict(_said(row["before"], names, people))
        lines.append(Line("workflow.reverted", workflow, workflow.team, before, after))
    if changed:
        fields = [name.removesuffix("_id") for name in sorted(touched)]
        Workflow.objects.bulk_update(changed, fields, batch_size=BATCH)
    if "tier" in touched:
        proofs.apply_policy()
    return lines


def _said(
    columns: Mapping[str, Any], teams: Mapping[int, str], people: Mapping[int, str]
) -> Iterator[tuple[str, Any]]:
    """Yield columns as the history tells them: rows by their names, the rest as kept."""
    for name, value in columns.items():
        if name in {"targets_by_id", "targets_at"}:
            continue
        if name == "team_id":
            yield "team", teams.get(value)
        elif name.endswith("_id"):
            yield name.removesuffix("_id"), people.get(value)
        else:
            yield name, value


def _read(name: str, value: Any) -> Any:
    kind = next(f for f in Workflow._meta.concrete_fields if f.attname == name)
    if isinstance(kind, models.DurationField) and value is not None:
        return timedelta(seconds=value)
    return kind.to_python(value)


def _alternatives_back(rows: Rows, workflows: Mapping[int, Workflow]) -> list[Line]:
    """Remove what was added and is as it was: nobody has changed it, written its runbook,
    proven it or answered for their access to it."""
    added = {row["alternative"]: row["after"] for row in rows if row["pk"] in workflows}
    unused = {
        one.pk: one
        for one in Alternative.objects.select_for_update(of=("self",))
        .filter(pk__in=added, steps=None, proofs=None, accesses=None)
        .select_related("tool", "dependency__tool")
        if _facts(one) == added[one.pk]
    }
    lines = [
        Line(
            "alternative.removed",
            workflows[one.dependency.workflow_id],
            workflows[one.dependency.workflow_id].team,
            before={"alternative": one, "tool": one.dependency.tool, "rank": one.rank},
        )
        for one in unused.values()
    ]
    dependencies = {one.dependency_id for one in unused.values()}
    Alternative.objects.filter(pk__in=unused).delete()
    left: defaultdict[int, list[Alternative]] = defaultdict(list)
    for one in Alternative.objects.filter(dependency__in=dependencies).order_by("rank"):
        left[one.dependency_id].append(one)
    moved = []
    for ranked in left.values():
        for rank, one in enumerate(ranked, start=1):
            if one.rank != rank:
                one.rank = rank
                moved.append(one)
    Alternative.objects.bulk_update(moved, ["rank"], batch_size=BATCH)
    return lines
