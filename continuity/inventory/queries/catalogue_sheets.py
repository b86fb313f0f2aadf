"""Tools, their sources and outages, reviews and people's access as files: all rows."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from continuity.inventory.models import Provider, Tier, Tool, Workflow
from continuity.inventory.queries.access import Person
from continuity.inventory.queries.known_outages import (
    Outage,
    ToolOutages,
    WorkflowOutages,
)
from continuity.inventory.queries.tools import EdgeRow, RidingWorkflow, ToolPage
from continuity.web import formats
from continuity.web.pills import pill_for
from continuity.web.tables.cells import Row
from continuity.web.tables.sheets import Column, Sheet, length, moment, sheet, yes_no


def tools(lines: Callable[[], Iterable[Tool]]) -> Sheet:
    """Return tools, as queries.tools.listed counts what uses them and what they need."""
    columns: list[Column[Any]] = [
        Column(_("Tool"), lambda tool: tool.name),
        Column(_("Provider"), lambda tool: str(tool.provider or "")),
        Column(_("Kind"), lambda tool: tool.get_kind_display()),
        Column(_("Part of"), lambda tool: tool.parent.name if tool.parent else ""),
        Column(_("Workflows"), lambda tool: tool.workflow_count),
        # A part rides on the product that it is part of, and what rides on nothing that
        # anybody has recorded is not known to ride on nothing.
        Column(_("Rides on"), lambda tool: tool.upstream_count or (tool.parent and 1)),
    ]
    return sheet("tools", columns, lines)


def providers(lines: Callable[[], Iterable[Provider]]) -> Sheet:
    """Return providers, as queries.tools.providers counts their tools and workflows."""
    columns: list[Column[Any]] = [
        Column(_("Provider"), lambda one: one.name),
        Column(_("Web address"), lambda one: one.url),
        Column(_("Tools"), lambda one: one.tool_count),
        Column(_("Workflows"), lambda one: one.workflow_count),
    ]
    return sheet("providers", columns, lines)


def upstreams(page: ToolPage) -> Sheet:
    """Return what a tool rides on, with the source and the age of each fact; the product
    that it is part of first."""
    heads = (
        _("Needs"),
        pgettext("of an upstream", "As"),
        _("Without it"),
        _("Source"),
        _("Verified"),
        _("Stale"),
        _("Confidence"),
    )

    def lines() -> Iterator[Row]:
        if parent := page.tool.parent:
            product = _("the product it is part of")
            yield parent.name, product, _("Stops"), "", None, "", ""
        for row in page.upstreams:
            edge = row.edge
            yield (
                edge.upstream.name,
                edge.get_relation_display(),
                _("Stops") if edge.hard else _("Gets worse"),
                edge.source,
                edge.verified_on,
                yes_no(row.age == "stale"),
                edge.get_confidence_display(),
            )

    return Sheet("upstreams", "Upstreams", heads, lines)


def stale_sources(lines: Callable[[], Iterable[EdgeRow]]) -> Sheet:
    """Return the edges to verify again, with how many workflows use their tool."""
    columns: list[Column[Any]] = [
        Column(_("Tool"), lambda row: row.edge.tool.name),
        Column(_("Needs"), lambda row: row.edge.upstream.name),
        Column(
            pgettext("of an upstream", "As"), lambda row: row.edge.get_relation_display()
        ),
        Column(
            _("Without it"), lambda row: _("Stops") if row.edge.hard else _("Gets worse")
        ),
        Column(_("Source"), lambda row: row.edge.source),
        Column(_("Verified"), lambda row: row.edge.verified_on),
        Column(_("Stale"), lambda row: yes_no(row.age == "stale")),
        Column(_("Workflows"), lambda row: row.edge.workflow_count),
    ]
    return sheet("stale-sources", columns, lines)


def riding(lines: Callable[[], Iterable[RidingWorkflow]]) -> Sheet:
    """Return the workflows that the loss of a tool reaches."""
    columns: list[Column[RidingWorkflow]] = [
        Column(_("Workflow"), lambda row: row.workflow.name),
        Column(_("Team"), lambda row: row.workflow.team.name),
        Column(_("Criticality"), lambda row: Tier(row.workflow.tier).label),
        Column(_("Through"), lambda row: _("directly") if row.direct else row.through),
        Column(
            _("The tool"),
            lambda row: _("Stops") if row.effect == "stops" else _("Gets worse"),
        ),
        Column(_("The work without it"), lambda row: pill_for("without", row.without).text),
    ]
    return sheet("workflows-it-can-stop", columns, lines)


def tool_outages(found: ToolOutages) -> Sheet:
    """Return known outages, and what each was to a tool and to work that rides on it."""
    columns: list[Column[Any]] = [
        *_outage(),
        Column(
            _("Through"),
            lambda row: (
                _("directly") if len(row.hit.names) == 1 else " → ".join(row.hit.names)
            ),
        ),
        Column(
            _("The tool"),
            lambda row: [
                f"{pill_for('component', 'down' if one.down else 'degraded').text} "
                f"{lasting(one.length, at_least=one.at_least)}"
                for one in row.lastings
            ],
        ),
        Column(_("Work that stops"), lambda row: row.stops),
        Column(_("Falls back"), lambda row: row.falls_back),
        Column(_("Degraded"), lambda row: row.degraded),
    ]
    return sheet("known-outages", columns, lambda: found.rows)


def workflow_outages(found: WorkflowOutages) -> Sheet:
    """Return known outages, and what each would have meant for a workflow."""

    def work(row: Any) -> list[str]:
        return [
            f"{pill_for('outcome', one.outcome).text} "
            f"{lasting(one.length, at_least=one.at_least)}"
            for one in row.lastings
        ] or [str(pill_for("outcome", "untouched").text)]

    def worked(row: Any) -> list[str]:
        if row.lastings and not found.hours_known:
            return [_("not known")]
        return [lasting(one.worked, at_least=one.at_least) for one in row.lastings]

    columns: list[Column[Any]] = [
        *_outage(),
        Column(_("Through"), lambda row: [" → ".join(hit.names) for hit in row.hits]),
        Column(_("The work"), work),
        Column(_("In operating hours"), worked),
        Column(_("Goes on with"), lambda row: list(row.instead)),
    ]
    return sheet("known-outages", columns, lambda: found.rows)


def _outage() -> tuple[Column[Any], ...]:
    def of(row: Any) -> Outage:
        outage: Outage = row.outage
        return outage

    return (
        Column(_("Outage"), lambda row: of(row).title),
        Column(_("Start"), lambda row: moment(of(row).start)),
        *length(_("Length"), lambda row: of(row).length),
        Column(_("Source"), lambda row: of(row).source),
    )


def lasting(length: timedelta | None, *, at_least: bool) -> str:
    """Say how long something lasted as the page does: what was not published is not
    nothing."""
    if at_least and not length:
        return _("for how long was not published")
    if not length:
        return _("none of it")
    words = formats.duration(length)
    return _("at least %(length)s") % {"length": words} if at_least else words


def due(lines: Callable[[], Iterable[Workflow]]) -> Sheet:
    """Return what waits for a review."""
    columns: list[Column[Workflow]] = [
        Column(_("Workflow"), lambda one: one.name),
        Column(_("Team"), lambda one: one.team.name),
        Column(_("Owner"), lambda one: str(one.owner or "")),
        Column(_("Status"), lambda one: pill_for("review", one.status).text),
        Column(
            _("Changed since approval"),
            lambda one: yes_no(one.changed_since_approval),
        ),
        Column(_("Due for review"), lambda one: one.review_on),
        Column(_("Last approved"), lambda one: moment(one.approved_at)),
        Column(_("Approved by"), lambda one: str(one.approved_by or "")),
    ]
    return sheet("due-for-review", columns, lines)


def access(lines: Callable[[], Iterable[Person]]) -> Sheet:
    """Return who could work with an alternative, by their own word."""
    states = {
        "ready": pgettext("a person", "Ready"),
        "missing": _("Something is missing"),
        "stale": _("Answered too long ago"),
    }
    not_answered = pgettext("a person", "Not answered")
    columns: list[Column[Person]] = [
        Column(_("Name"), lambda one: str(one.user)),
        Column(
            pgettext("a person", "Ready"),
            lambda one: states.get(one.answers.state, not_answered),
        ),
        Column(
            _("What is missing"), lambda one: [str(each) for each in one.answers.missing]
        ),
        Column(_("Answered"), lambda one: moment(one.answers.answered_at)),
    ]
    return sheet("access", columns, lines)
