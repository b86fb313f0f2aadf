"""Work, and what becomes of it without a tool, as files: all rows of their tables."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.utils.translation import gettext as _

from continuity.inventory.models import Tier
from continuity.inventory.queries.crowds import Crowd
from continuity.inventory.queries.knock_out import Rank, Row
from continuity.inventory.queries.proofs import Evidence
from continuity.inventory.queries.shares import NotReady
from continuity.inventory.queries.what_if import Row as Taking
from continuity.inventory.queries.what_if import TeamSum
from continuity.web.pills import pill_for
from continuity.web.tables.sheets import Column, Sheet, length, moment, sheet, yes_no


def ranking(lines: Callable[[], Iterable[Rank]]) -> Sheet:
    """Return what would stop with each tool, the worst loss first."""
    columns: list[Column[Rank]] = [
        Column(_("Tool"), lambda line: line.tool.name),
        Column(_("Kind"), lambda line: line.tool.get_kind_display()),
        Column(_("Tools that stop with it"), lambda line: line.tools),
        Column(_("Work that stops"), lambda line: line.stops),
        Column(_("of it critical"), lambda line: line.critical),
        Column(_("Falls back"), lambda line: line.falls_back),
        Column(_("Degraded"), lambda line: line.degraded),
    ]
    return sheet("knock-outs", columns, lines)


def work(lines: Callable[[], Iterable[Row]]) -> Sheet:
    """Return what happens to each workflow when a tool is lost."""
    columns: list[Column[Row]] = [
        Column(_("Workflow"), lambda row: row.workflow.name),
        Column(_("Team"), lambda row: row.workflow.team.name),
        Column(_("Criticality"), lambda row: Tier(row.workflow.tier).label),
        Column(_("People"), lambda row: row.people),
        Column(_("The work"), lambda row: pill_for("outcome", row.outcome).text),
        Column(_("What it loses"), lambda row: [one.name for one in row.lines]),
        Column(_("Goes on with"), _instead),
        Column(_("Proven until"), _until),
    ]
    return sheet("knock-out", columns, lines)


def _instead(row: Row) -> list[str]:
    return [str(one.instead) if one.instead else "–" for one in row.lines]


def _until(row: Row) -> list[str]:
    return [moment(one.until) or _("assumed") if one.instead else "–" for one in row.lines]


def herd(lines: Callable[[], Iterable[Crowd]]) -> Sheet:
    """Return who lands on which alternative, against the seats that are left."""
    columns: list[Column[Crowd]] = [
        Column(_("Alternative"), lambda one: one.name),
        Column(_("Workflows"), lambda one: one.workflows),
        Column(_("People who arrive"), lambda one: one.herd.people),
        Column(
            _("People who arrive: lower bound"), lambda one: yes_no(one.herd.is_lower_bound)
        ),
        Column(_("In use by"), lambda one: one.in_use),
        Column(_("In use by: lower bound"), lambda one: yes_no(one.in_use_is_lower_bound)),
        Column(_("Seats"), lambda one: one.seats),
        Column(_("People at once"), lambda one: one.limit),
        Column(_("Seats left"), lambda one: one.free),
        Column(_("Workflows without a seat for all"), lambda one: len(one.herd.losers)),
    ]
    return sheet("who-lands-where", columns, lines)


def what_if(lines: Callable[[], Iterable[Taking]]) -> Sheet:
    """Return what an outage takes from each workflow that it hits: hours with a point,
    empty where not known."""
    columns: list[Column[Taking]] = [
        Column(_("Workflow"), lambda row: row.found.workflow.name),
        Column(_("Team"), lambda row: row.found.workflow.team.name),
        Column(_("Outcome"), lambda row: pill_for("outcome", row.found.outcome).text),
        Column(
            _("Goes on with"),
            lambda row: [str(one.instead) for one in row.found.lines if one.instead],
        ),
        Column(_("Hours without alternatives"), lambda row: _hours(row.taken.bare)),
        Column(_("Hours with what is proven"), lambda row: _hours(row.taken.proven)),
        Column(_("Hours if all alternatives work"), lambda row: _hours(row.taken.hoped)),
        Column(_("Cost without alternatives"), lambda row: row.taken.bare_cost),
        Column(_("Cost with what is proven"), lambda row: row.taken.proven_cost),
        Column(_("No seat for all"), lambda row: yes_no(row.queues)),
    ]
    return sheet("what-if", columns, lines)


def what_if_teams(lines: Callable[[], Iterable[TeamSum]]) -> Sheet:
    """Return what each team loses. A sum over work that states no hours, or no cost of
    an hour, is a lower bound, and says so."""
    columns: list[Column[TeamSum]] = [
        Column(_("Team"), lambda one: one.name),
        Column(_("Stops"), lambda one: one.sum.stops),
        Column(_("Falls back"), lambda one: one.sum.falls_back),
        Column(_("No seat for all"), lambda one: one.sum.queues),
        Column(_("Degraded"), lambda one: one.sum.degraded),
        Column(
            _("Hours without alternatives"),
            lambda one: _hours(one.sum.bare) if one.sum.knows_hours else None,
        ),
        Column(
            _("Hours with what is proven"),
            lambda one: _hours(one.sum.proven) if one.sum.knows_hours else None,
        ),
        Column(_("Hours: lower bound"), lambda one: yes_no(bool(one.sum.hours_unknown))),
        Column(
            _("Cost with what is proven"),
            lambda one: one.sum.proven_cost if one.sum.knows_cost else None,
        ),
        Column(_("Cost: lower bound"), lambda one: yes_no(one.sum.is_least_cost)),
    ]
    return sheet("what-if-by-team", columns, lines)


def _hours(value: timedelta | None) -> str | None:
    return None if value is None else f"{value.total_seconds() / 3600:.2f}"


def not_ready(lines: Callable[[], Iterable[NotReady]]) -> Sheet:
    """Return the workflows that are not ready, and what each lacks."""
    columns: list[Column[NotReady]] = [
        Column(_("Workflow"), lambda one: one.workflow.name),
        Column(_("Team"), lambda one: one.workflow.team.name),
        Column(_("Criticality"), lambda one: Tier(one.workflow.tier).label),
        Column(_("Readiness"), lambda one: pill_for("readiness", one.level).text),
        Column(_("What is missing"), lambda one: [lift.word for lift in one.missing]),
    ]
    return sheet("not-ready", columns, lines)


def proofs(lines: Callable[[], Iterable[Evidence]]) -> Sheet:
    """Return the proofs of a workflow, those too that count no more."""
    columns: list[Column[Evidence]] = [
        Column(_("Alternative"), lambda line: str(line.proof.alternative)),
        Column(_("Instead of"), lambda line: line.proof.alternative.dependency.tool.name),
        Column(_("Shown"), lambda line: moment(line.proof.shown_at)),
        Column(_("From"), lambda line: line.proof.get_source_display()),
        Column(_("Counts"), lambda line: yes_no(line.verdict == "counts")),
        Column(_("Why not"), lambda line: str(line.why)),
        Column(_("Expires"), lambda line: moment(line.proof.expires_at)),
        *length(_("Switch"), lambda line: line.proof.switch_after),
        *length(_("Minimum level (RTA)"), lambda line: line.proof.minimum_after),
        Column(_("Capacity, percent"), lambda line: line.proof.capacity),
        Column(_("Quality, percent"), lambda line: line.proof.quality),
        Column(_("By"), lambda line: str(line.proof.by or "")),
        Column(_("Note"), lambda line: line.proof.note),
    ]
    return sheet("proofs", columns, lines)
