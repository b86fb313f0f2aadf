"""What a change of many workflows would do to each: the preview, and what is then done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import ContinuityError
from continuity.domain.impact import check_targets
from continuity.domain.review import ReviewEvent, ReviewState, allows
from continuity.history.queries import Change, difference, told
from continuity.history.services import changes, plain
from continuity.inventory.models import (
    BulkChange,
    BulkKind,
    Dependency,
    Tool,
    Workflow,
)
from continuity.inventory.queries import reviews
from continuity.inventory.queries.workflows import listed
from continuity.web.problems import sentence

TARGETS: Final = ("rto", "wrt", "mtpd")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which workflows: those picked by their keys, or with `keys` None all that match
    `wanted`. Either way only those that `user` may see, asked anew each time."""

    user: User
    keys: tuple[int, ...] | None
    wanted: Mapping[str, Any] = field(default_factory=dict)

    def pks(self) -> list[int]:
        return list(self._found().values_list("pk", flat=True))

    def count(self) -> int:
        return self._found().count()

    def tools(self) -> QuerySet[Tool]:
        """Return the tools that these workflows depend on, by name."""
        used = Dependency.objects.filter(workflow__in=self._found().order_by().values("pk"))
        return Tool.objects.filter(pk__in=used.values("tool")).order_by("name", "pk")

    def _found(self) -> QuerySet[Workflow]:
        if self.keys is None:
            return listed(self.user, self.wanted)
        return Workflow.objects.allowing(self.user, Action.VIEW).filter(pk__in=self.keys)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done: for EDIT the fields by name; for ALTERNATIVE "of" (the tool it
    stands in for) and the fields of the alternative."""

    kind: BulkKind
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One workflow. `refused` says why nothing is done to it; without that and without
    `changes` it is already as wanted. `before` and `after` are what is written."""

    workflow: Workflow
    changes: tuple[Change, ...] = ()
    refused: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def does(self) -> bool:
        return bool(self.changes) and not self.refused


@dataclass(frozen=True)
class Plan:
    """Every line, those that change first, then those that are refused."""

    asked: Asked
    lines: tuple[Line, ...]

    @cached_property
    def changing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.does)

    @cached_property
    def refused(self) -> int:
        return sum(bool(line.refused) for line in self.lines)

    @property
    def same(self) -> int:
        return len(self.lines) - len(self.changing) - self.refused

    @cached_property
    def digest(self) -> str:
        """Return a name for just what would be written, which whoever confirms it sends
        along."""
        return reviews.digest(
            [
                [line.workflow.pk, plain(line.before), plain(line.after)]
                for line in sorted(self.changing, key=lambda line: line.workflow.pk)
            ]
        )


def plan(user: User, pks: Sequence[int], asked: Asked) -> Plan:
    """Return what `asked` would do to each workflow, in a fixed number of queries."""
    rows = list(
        Workflow.objects.filter(pk__in=pks)
        .select_related("team__parent", "owner", "deputy")
        .order_by("name", "pk")
    )
    action = Action.APPROVE if asked.kind == BulkKind.APPROVE else Action.EDIT
    may = set(
        Workflow.objects.allowing(user, action)
        .filter(pk__in=pks)
        .values_list("pk", flat=True)
    )
    mine = [row for row in rows if row.pk in may]
    lines = list(PLANNERS[asked.kind](mine, asked.fields))
    why = (
        _("Only a lead of its team can approve it.")
        if action == Action.APPROVE
        else _("You may see it, not change it.")
    )
    lines += [Line(row, refused=why) for row in rows if row.pk not in may]
    order = sorted(lines, key=lambda line: 0 if line.does else 1 if line.refused else 2)
    return Plan(asked, tuple(order))


def _edits(rows: Sequence[Workflow], fields: Mapping[str, Any]) -> Iterator[Line]:
    team = fields.get("team")
    names: dict[str, int] = {}
    if team is not None:
        there = Workflow.objects.current().filter(team=team)
        names = {name.lower(): pk for pk, name in there.values_list("pk", "name")}
    for row in rows:
        before, after = changes({name: getattr(row, name) for name in fields}, fields)
        refused = _refused(row, after)
        moves = not refused and "team" in after
        if moves and names.setdefault(row.name.lower(), row.pk) != row.pk:
            refused = _("That team has a workflow with this name.")
        yield Line(row, difference(plain(before), plain(after)), refused, before, after)


def _refused(row: Workflow, after: Mapping[str, Any]) -> str:
    """Return why these fields cannot be set on the workflow; "" if they can."""
    if row.archived_at is not None:
        return _("It is archived. Bring it back first.")
    owner, deputy = after.get("owner", row.owner), after.get("deputy", row.deputy)
    if {"owner", "deputy"} & after.keys() and owner is not None and owner == deputy:
        return _("The deputy must be somebody other than the owner.")
    if after.keys() & set(TARGETS):
        return contradiction(
            **{name: after.get(name, getattr(row, name)) for name in TARGETS}
        )
    return ""


def contradiction(**targets: Any) -> str:
    """Return what is wrong with targets together, in words; "" if nothing is."""
    try:
        check_targets(**targets)
    except ContinuityError as error:
        return sentence(error)
    return ""


def _archives(rows: Sequence[Workflow], _fields: Mapping[str, Any]) -> Iterator[Line]:
    for row in rows:
        if allows(row.review_state, ReviewEvent.ARCHIVE):
            yield _moved(row, row.get_status_display(), ReviewState.ARCHIVED)
        else:
            yield Line(row)


def _restores(rows: Sequence[Workflow], _fields: Mapping[str, Any]) -> Iterator[Line]:
    taken = _names_in_use([row for row in rows if row.archived_at is not None])
    for row in rows:
        if not allows(row.review_state, ReviewEvent.RESTORE):
            yield Line(row)
        elif (row.team_id, row.name.lower()) in taken:
            yield Line(
                row, refused=_("Its team has another workflow with this name by now.")
            )
        else:
            taken.add((row.team_id, row.name.lower()))
            yield _moved(row, _("Archived"), ReviewState.DRAFT)


def _names_in_use(rows: Sequence[Workflow]) -> set[tuple[int, str]]:
    teams = {row.team_id for row in rows}
    there = Workflow.objects.current().filter(team__in=teams)
    return {(team, name.lower()) for team, name in there.values_list("team", "name")}


def _moved(row: Workflow, old: Any, new: ReviewState) -> Line:
    label = _("Archived") if new is ReviewState.ARCHIVED else _("Draft")
    change = Change(_("Status"), str(old), str(label))
    return Line(row, (change,), after={"state": str(new)})


def _approvals(rows: Sequence[Workflow], _fields: Mapping[str, Any]) -> Iterator[Line]:
    says = reviews.facts([row.pk for row in rows])
    for row in rows:
        if not allows(row.review_state, ReviewEvent.APPROVE):
            yield Line(row, refused=_("It is archived. Bring it back first."))
        elif row.review_state is ReviewState.APPROVED:
            yield Line(row)
        else:
            seen = told(
                {"status": row.status, "version": row.approved_version},
                {"status": ReviewState.APPROVED.value, "version": row.version},
            )
            yield Line(row, seen, after={"read": reviews.digest(says[row.pk])})


def _alternatives(rows: Sequence[Workflow], fields: Mapping[str, Any]) -> Iterator[Line]:
    of: Tool = fields["of"]
    tool, procedure = fields["tool"], fields["procedure"]
    used = {
        one.workflow_id: one
        for one in Dependency.objects.filter(
            workflow__in=[row.pk for row in rows], tool=of
        ).prefetch_related("alternatives__tool")
    }
    for row in rows:
        dependency = used.get(row.pk)
        if row.archived_at is not None:
            yield Line(row, refused=_("It is archived. Bring it back first."))
            continue
        if dependency is None:
            why = _("It does not depend on %(tool)s.") % {"tool": of}
            yield Line(row, refused=why)
            continue
        there = list(dependency.alternatives.all())
        name = str(procedure or tool)
        if tool == of:
            yield Line(
                row, refused=_("%(tool)s cannot stand in for itself.") % {"tool": of}
            )
        elif any(
            one.tool == tool if tool else one.procedure.lower() == procedure.lower()
            for one in there
        ):
            yield Line(row, refused=_("%(name)s is listed there already.") % {"name": name})
        else:
            rank = len(there) + 1
            change = Change(
                _("Alternative to %(tool)s") % {"tool": of},
                ", ".join(map(str, there)) or "–",
                ", ".join([*map(str, there), name]),
            )
            wrote = {"dependency": dependency.pk, "rank": rank}
            yield Line(row, (change,), after=wrote)


PLANNERS: Final[
    Mapping[str, Callable[[Sequence[Workflow], Mapping[str, Any]], Iterator[Line]]]
] = {
    BulkKind.EDIT: _edits,
    BulkKind.ALTERNATIVE: _alternatives,
    BulkKind.APPROVE: _approvals,
    BulkKind.ARCHIVE: _archives,
    BulkKind.RESTORE: _restores,
}


def done_by(user: User) -> QuerySet[BulkChange]:
    """Return the changes of many that `user` may look at, the latest first, without
    their rows."""
    found = BulkChange.objects.allowing(user, Action.VIEW)
    return found.select_related("by").defer("rows").order_by("-at", "-pk")


def reached(user: User, made: BulkChange) -> QuerySet[Workflow]:
    """Return the workflows that a change of many changed and `user` may see."""
    found = Workflow.objects.allowing(user, Action.VIEW)
    rows = found.filter(pk__in=[row["pk"] for row in made.rows])
    return rows.select_related("team").order_by("name", "pk")
