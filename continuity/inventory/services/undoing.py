"""Bringing back what was deleted from the inventory, so that it fits what is there now."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import models

from continuity.accounts.models import Team, User
from continuity.history.services import deletions, record
from continuity.history.services.deletions import Back
from continuity.inventory.models import (
    Alternative,
    Dependency,
    EndReason,
    ImpactLevel,
    Proof,
    RunbookStep,
    SavedView,
    Tool,
    Workflow,
)
from continuity.inventory.services import proofs, reviews, runbooks, scales


def bring_back(deletion_pk: int, *, actor: User, now: datetime) -> models.Model:
    """Put back what a deletion took, in one transaction, and return what to show: the
    workflow, the tool, the view or the level.

    Raises CannotBringBack with the reason, and then nothing has changed.
    """
    adjust = {"impact": scales.find_place}
    with deletions.bringing_back(deletion_pk, actor=actor, now=now, adjust=adjust) as back:
        return FITS[back.deletion.kind](back, actor, now)


def _dependency(back: Back, actor: User, now: datetime) -> Workflow:
    [dependency] = back.things
    workflow: Workflow = _locked(dependency.workflow_id)
    proofs.apply_policy(workflow)
    _record("dependency.brought_back", workflow, actor, now, workflow.team, {
        "tool": dependency.tool,
        "without": dependency.without,
        "alternatives": [
            str(one) for one in dependency.alternatives.select_related("tool")
        ],
    })  # fmt: skip
    reviews.changed([workflow.pk])
    return workflow


def _alternative(back: Back, actor: User, now: datetime) -> Workflow:
    """The alternative has its rank again; those that came after it move down."""
    [alternative] = back.things
    dependency = (
        Dependency.objects.select_for_update(of=("self",))
        .select_related("tool")
        .get(pk=alternative.dependency_id)
    )
    workflow = _locked(dependency.workflow_id)
    others = Alternative.objects.filter(dependency=dependency).exclude(pk=alternative.pk)
    same = others.filter(tool=alternative.tool_id, procedure=alternative.procedure)
    if same.exists() or dependency.tool_id == alternative.tool_id:
        raise back.refuse("taken")
    deletions.make_room(
        alternative, Alternative.objects.filter(dependency=dependency), "rank"
    )
    was_of = back.deletion.rows["parents"].get("dependency_id", "")
    if was_of and was_of != str(dependency):
        # The work uses another tool now: the proofs speak for the one before.
        rows = Proof.objects.filter(alternative=alternative)
        proofs.end(rows, EndReason.TOOL_REPLACED, actor=actor, now=now)
    proofs.apply_policy(workflow)
    _record("alternative.brought_back", workflow, actor, now, workflow.team, {
        "alternative": alternative,
        "tool": dependency.tool,
        "rank": alternative.rank,
        "proofs": alternative.proofs.count(),
        "steps": [step.text for step in alternative.steps.all()],
    })  # fmt: skip
    reviews.changed([workflow.pk])
    return workflow


def _runbook(back: Back, actor: User, now: datetime) -> Workflow:
    """The steps stand at their old places; that is a new version of the runbook."""
    alternative = Alternative.objects.select_related("tool").get(
        pk=back.things[0].alternative_id
    )
    dependency = Dependency.objects.select_for_update(of=("self",)).get(
        pk=alternative.dependency_id
    )
    workflow = _locked(dependency.workflow_id)
    steps = RunbookStep.objects.filter(alternative=alternative)
    returned = {step.pk for step in back.things}
    before = [step.text for step in steps.exclude(pk__in=returned)]
    for step in sorted(back.things, key=lambda one: one.position):
        deletions.make_room(step, steps.exclude(pk__in=returned), "position")
        returned.discard(step.pk)
    version = runbooks.keep_version(alternative, by=actor, now=now)
    proofs.end(alternative.proofs.all(), EndReason.RUNBOOK_CHANGED, actor=actor, now=now)
    record(
        "runbook.brought_back",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before={"alternative": alternative, "steps": before},
        after={
            "alternative": alternative,
            "version": version.number,
            "steps": [step.text for step in steps.order_by("position")],
        },
    )
    reviews.changed([workflow.pk])
    return workflow


def _upstream(back: Back, actor: User, now: datetime) -> Tool:
    [edge] = back.things
    told = {"upstream": edge.upstream, "relation": edge.relation, "source": edge.source}
    _record("upstream.brought_back", edge.tool, actor, now, None, told)
    tool: Tool = edge.tool
    return tool


def _spelling(back: Back, actor: User, now: datetime) -> Tool:
    [spelling] = back.things
    told = {"spelling": spelling.name}
    _record("tool.spelling_brought_back", spelling.tool, actor, now, None, told)
    tool: Tool = spelling.tool
    return tool


def _view(back: Back, actor: User, now: datetime) -> SavedView:
    view: SavedView = back.things[0]
    if view.shared:
        _record("view.brought_back", view, actor, now, None, {"name": view.name})
    return view


def _level(back: Back, actor: User, now: datetime) -> ImpactLevel:
    level: ImpactLevel = back.things[0]
    scales.fit_level(level)
    told = {"name": str(level), "tolerable": level.tolerable}
    _record("impact.level_brought_back", level, actor, now, None, told)
    return level


FITS: Final[Mapping[str, Callable[[Back, User, datetime], models.Model]]] = {
    "dependency": _dependency,
    "alternative": _alternative,
    "runbook": _runbook,
    "upstream": _upstream,
    "tool": _spelling,
    "view": _view,
    "impact": _level,
}
"""How the rows of each kind of deletion fit what is there now."""


def _locked(workflow_pk: int) -> Workflow:
    return (
        Workflow.objects.select_for_update(of=("self",))
        .select_related("team")
        .get(pk=workflow_pk)
    )


def _record(
    verb: str,
    subject: models.Model,
    actor: User,
    now: datetime,
    team: Team | None,
    after: Mapping[str, Any],
) -> None:
    record(verb, subject, actor=actor, now=now, team=team, after=after)
