"""Keeping the catalogue true: providers, tools, spellings, upstreams.

What a person changes is the organisation's own from then on: the shipped catalogue no
longer corrects that tool or its upstreams.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import models, transaction

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import Refused
from continuity.domain.names import normalise
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.inventory.models import Provider, Tool, ToolName, Upstream
from continuity.inventory.services import proofs

OWN_FIGURES: Final = frozenset({"seats", "limit"})
"""What the catalogue never says of a tool."""


class SpellingTaken(Refused):
    """This spelling means another tool already. Fields: `name`, `tool`."""

    code = "spelling_taken"


@transaction.atomic
def add_provider(*, fields: Mapping[str, Any], actor: User, now: datetime) -> Provider:
    provider = Provider.objects.create(**fields)
    record("provider.created", provider, actor=actor, now=now, after=fields)
    return provider


@transaction.atomic
def change_provider(
    provider_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Provider:
    provider = Provider.objects.select_for_update().get(pk=provider_pk)
    if _set(provider, fields, "provider.changed", actor, now):
        provider.from_catalogue = False
        provider.save(update_fields=["from_catalogue"])
    return provider


@transaction.atomic
def add(*, fields: Mapping[str, Any], actor: User | None, now: datetime) -> Tool:
    """Return a new tool, found by its own name in later imports."""
    tool = Tool.objects.create(**fields)
    _spell(tool)
    record("tool.created", tool, actor=actor, now=now, after=_told(fields))
    return tool


@transaction.atomic
def change(tool_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime) -> Tool:
    """Set `fields`. A tool that is renamed is still found by its old name; the proofs
    of one that is withdrawn end on that day.

    Seats and how many people it takes are the organisation's in any case: a tool of the
    catalogue on which only these are set is still kept up to date by it.
    """
    tool = _locked(tool_pk)
    _spell(tool)
    facts = {name for name in fields if getattr(tool, name) != fields[name]} - OWN_FIGURES
    if _set(tool, fields, "tool.changed", actor, now) and facts:
        _own(tool)
        _spell(tool)
        proofs.end_for_retired_tools(now=now)
    return tool


@transaction.atomic
def add_spelling(tool_pk: int, *, name: str, actor: User, now: datetime) -> ToolName:
    """Return the spelling; the same one again gives the one that is there.

    Raises SpellingTaken if it means another tool.
    """
    tool = _locked(tool_pk)
    found = ToolName.objects.select_related("tool").filter(normal=normalise(name)).first()
    if found is not None:
        if found.tool_id != tool.pk:
            raise SpellingTaken(f"{name} is {found.tool}.", name=name, tool=str(found.tool))
        return found
    spelling = ToolName.objects.create(tool=tool, name=name, normal=normalise(name))
    record("tool.spelling_added", tool, actor=actor, now=now, after={"spelling": name})
    return spelling


@transaction.atomic
def remove_spelling(
    tool_pk: int, *, spelling_pk: int, actor: User, now: datetime
) -> Deletion | None:
    """Forget a spelling, and return what brings it back; None for one that is gone
    already."""
    tool = _locked(tool_pk)
    spelling = tool.names.filter(pk=spelling_pk).first()
    if spelling is None:
        return None
    _own(tool)
    record(
        "tool.spelling_removed",
        tool,
        actor=actor,
        now=now,
        before={"spelling": spelling.name},
    )
    return deletions.remove(
        [spelling], kind="tool", action=Action.EDIT_CATALOGUE, actor=actor, now=now,
        label=f"{spelling} – {tool}",
    )  # fmt: skip


@transaction.atomic
def add_upstream(
    tool_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Upstream:
    """Return the edge; the same tool with the same relation again gives the one there."""
    tool = _locked(tool_pk)
    edge, created = Upstream.objects.get_or_create(
        tool=tool,
        upstream=fields["upstream"],
        relation=fields["relation"],
        defaults=dict(fields),
    )
    if created:
        record("upstream.created", tool, actor=actor, now=now, after=fields)
    return edge


@transaction.atomic
def change_upstream(
    edge_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Upstream:
    edge = _locked_edge(edge_pk)
    tool = _locked(edge.tool_id)
    before, after = changes({name: getattr(edge, name) for name in fields}, fields)
    if after:
        for name, value in after.items():
            setattr(edge, name, value)
        edge.from_catalogue = False
        edge.save(update_fields=[*after, "from_catalogue"])
        _own(tool)
        named = {"upstream": edge.upstream}
        record(
            "upstream.changed",
            tool,
            actor=actor,
            now=now,
            before={**named, **before},
            after={**named, **after},
        )
    return edge


@transaction.atomic
def verify_upstream(
    edge_pk: int, *, source: str = "", today: date, actor: User, now: datetime
) -> Upstream:
    """Say that the edge was found true on `today`, by its source or by another one.

    The edge is the organisation's own from then on, so that the shipped catalogue does
    not take the day back; the tool stays as it was.
    """
    edge = _locked_edge(edge_pk)
    fields = {"verified_on": today, "source": source.strip() or edge.source}
    before, after = changes({name: getattr(edge, name) for name in fields}, fields)
    if not after:
        return edge
    for name, value in after.items():
        setattr(edge, name, value)
    edge.from_catalogue = False
    edge.save(update_fields=[*after, "from_catalogue"])
    named = {"upstream": edge.upstream}
    record(
        "upstream.verified",
        edge.tool,
        actor=actor,
        now=now,
        before={**named, **before},
        after={**named, **after},
    )
    return edge


@transaction.atomic
def remove_upstream(edge_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Delete the edge, and return what brings it back."""
    edge = _locked_edge(edge_pk)
    tool = _locked(edge.tool_id)
    _own(tool)
    record(
        "upstream.removed",
        tool,
        actor=actor,
        now=now,
        before={
            "upstream": edge.upstream,
            "relation": edge.relation,
            "source": edge.source,
        },
    )
    return deletions.remove(
        [edge], kind="upstream", action=Action.EDIT_CATALOGUE, actor=actor, now=now
    )


def _set(
    row: models.Model, fields: Mapping[str, Any], verb: str, actor: User, now: datetime
) -> bool:
    before, after = changes({name: getattr(row, name) for name in fields}, fields)
    if not after:
        return False
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    record(verb, row, actor=actor, now=now, before=_told(before), after=_told(after))
    return True


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    # "limit" is a length of time in the history of drills; here it is people.
    return {"people_at_once" if name == "limit" else name: values[name] for name in values}


def _spell(tool: Tool) -> None:
    normal = normalise(tool.name)
    if normal:
        # A name that is another tool's spelling stays that tool's.
        ToolName.objects.get_or_create(
            normal=normal, defaults={"tool": tool, "name": tool.name}
        )


def _own(tool: Tool) -> None:
    if tool.from_catalogue:
        tool.from_catalogue = False
        tool.save(update_fields=["from_catalogue"])


def _locked(tool_pk: int) -> Tool:
    return (
        Tool.objects.select_for_update(of=("self",))
        .select_related("provider", "parent")
        .get(pk=tool_pk)
    )


def _locked_edge(edge_pk: int) -> Upstream:
    return (
        Upstream.objects.select_for_update(of=("self",))
        .select_related("tool", "upstream")
        .get(pk=edge_pk)
    )
