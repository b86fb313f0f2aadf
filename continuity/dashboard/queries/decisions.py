"""What somebody has to decide: found by the database, explained for those shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Membership
from continuity.accounts.roles import POLICY, Action
from continuity.dashboard.queries.asking import ask, ask_all
from continuity.dashboard.queries.scope import Scope, parameters
from continuity.domain.clocks import Reading
from continuity.domain.fate import FateAnswer, Graph
from continuity.domain.readiness import Reason
from continuity.inventory.queries import fate
from continuity.inventory.queries.standing import BITS, STANDING
from continuity.outages.queries.measures import MEASURES
from continuity.web import formats


class DecisionKind(StrEnum):
    """What somebody has to decide, the most pressing first."""

    OVER_TARGET = "over_target"
    NO_ALTERNATIVE = "no_alternative"
    SHARED_FATE = "shared_fate"
    PROOF_EXPIRED = "proof_expired"
    PROOF_ENDED = "proof_ended"
    ACTION_OVERDUE = "action_overdue"
    NO_TOOL = "no_tool"
    NO_RTO = "no_rto"
    NO_OWNER = "no_owner"
    STALE_UPSTREAM = "stale_upstream"


ORDER: Final = tuple(DecisionKind)
PLACES: Final = {kind: place for place, kind in enumerate(ORDER)}
LABELS: Final[Mapping[DecisionKind, Promise]] = {
    DecisionKind.OVER_TARGET: _("Over target"),
    DecisionKind.NO_ALTERNATIVE: _("No alternative"),
    DecisionKind.SHARED_FATE: _("Shared fate"),
    DecisionKind.PROOF_EXPIRED: _("Proof expired"),
    DecisionKind.PROOF_ENDED: _("Proof ended"),
    DecisionKind.ACTION_OVERDUE: _("Action overdue"),
    DecisionKind.NO_TOOL: _("No tool named"),
    DecisionKind.NO_RTO: _("No RTO"),
    DecisionKind.NO_OWNER: _("No owner"),
    DecisionKind.STALE_UPSTREAM: _("Stale upstream"),
}
LOOKS: Final[Mapping[DecisionKind, tuple[str, str]]] = {
    DecisionKind.OVER_TARGET: ("bad", "clock"),
    DecisionKind.NO_ALTERNATIVE: ("bad", "x"),
    DecisionKind.SHARED_FATE: ("warn", "link"),
    DecisionKind.PROOF_EXPIRED: ("warn", "clock"),
    DecisionKind.PROOF_ENDED: ("warn", "refresh"),
    DecisionKind.ACTION_OVERDUE: ("bad", "clock"),
    DecisionKind.NO_TOOL: ("warn", "help"),
    DecisionKind.NO_RTO: ("warn", "flag"),
    DecisionKind.NO_OWNER: ("warn", "user"),
    DecisionKind.STALE_UPSTREAM: ("warn", "refresh"),
}
"""Colour and icon of each label; the icon is one of the sprite."""
REMEDIES: Final[Mapping[DecisionKind, tuple[str, Promise, Action]]] = {
    DecisionKind.OVER_TARGET: ("drills:plan", _("Plan a drill"), Action.RUN_DRILL),
    DecisionKind.NO_ALTERNATIVE: (
        "inventory:alternative_new",
        _("Add an alternative"),
        Action.EDIT,
    ),
    DecisionKind.SHARED_FATE: (
        "inventory:alternative_new",
        _("Add an alternative"),
        Action.EDIT,
    ),
    DecisionKind.PROOF_EXPIRED: ("drills:plan", _("Plan a drill"), Action.RUN_DRILL),
    DecisionKind.PROOF_ENDED: ("drills:plan", _("Plan a drill"), Action.RUN_DRILL),
    DecisionKind.ACTION_OVERDUE: ("drills:action", _("Open the action"), Action.VIEW),
    DecisionKind.NO_TOOL: ("inventory:dependency_new", _("Name a tool"), Action.EDIT),
    DecisionKind.NO_RTO: ("inventory:workflow_edit", _("Set the RTO"), Action.EDIT),
    DecisionKind.NO_OWNER: ("inventory:workflow_edit", _("Name an owner"), Action.EDIT),
    DecisionKind.STALE_UPSTREAM: (
        "inventory:stale_sources",
        _("Verify the sources"),
        Action.VIEW,
    ),
}
"""Where each is lifted, what the button there is called, and who may press it."""
DECIDING: Final = f"""
last AS (
    SELECT DISTINCT ON (workflow) workflow, seconds, bound, rto, verdict
    FROM line WHERE is_drill
    ORDER BY workflow, occurred_at DESC, outage DESC, seconds DESC
),
used AS (
    SELECT usage.tool, min(work.tier) AS tier
    FROM usage JOIN work ON work.id = usage.workflow WHERE usage.stops GROUP BY usage.tool
),
ridden AS (
    SELECT reach.upstream AS tool, min(used.tier) AS tier
    FROM used JOIN reach ON reach.tool = used.tool GROUP BY reach.upstream
),
aged AS (
    SELECT tool_id AS tool, count(*) AS edges, min(verified_on) AS oldest
    FROM inventory_upstream
    WHERE verified_on IS NULL OR verified_on < %(today)s::date - coalesce(
        (SELECT upstream_stale_days FROM accounts_organisation WHERE id = 1), 365)
    GROUP BY tool_id
),
undecided AS (
    SELECT work.id, work.tier, work.name, work.team,
        last.seconds, last.bound, extract(epoch FROM last.rto)::float8 AS target,
        NULL::bigint AS edges, NULL::date AS oldest,
        array_remove(ARRAY[
            CASE WHEN last.verdict = 'missed'
                THEN {PLACES[DecisionKind.OVER_TARGET]} END,
            CASE WHEN judged.reasons & {BITS[Reason.NO_ALTERNATIVE]} > 0
                THEN {PLACES[DecisionKind.NO_ALTERNATIVE]} END,
            CASE WHEN judged.first_shares THEN {PLACES[DecisionKind.SHARED_FATE]} END,
            CASE WHEN judged.reasons & {BITS[Reason.PROOF_EXPIRED]} > 0
                THEN {PLACES[DecisionKind.PROOF_EXPIRED]} END,
            CASE WHEN judged.reasons & {BITS[Reason.PROOF_ENDED]} > 0
                THEN {PLACES[DecisionKind.PROOF_ENDED]} END,
            CASE WHEN judged.level = 3 THEN {PLACES[DecisionKind.NO_TOOL]} END,
            CASE WHEN work.rto IS NULL THEN {PLACES[DecisionKind.NO_RTO]} END,
            CASE WHEN work.owner IS NULL THEN {PLACES[DecisionKind.NO_OWNER]} END
        ], NULL) AS kinds
    FROM work JOIN judged ON judged.id = work.id
    LEFT JOIN last ON last.workflow = work.id
    UNION ALL
    SELECT act.id, coalesce(work.tier, %(low)s), act.text, act.team_id,
        NULL, NULL, NULL, NULL, act.due_on,
        ARRAY[{PLACES[DecisionKind.ACTION_OVERDUE]}]
    FROM drills_correctiveaction AS act LEFT JOIN work ON work.id = act.workflow_id
    WHERE act.status <> 'closed' AND act.due_on < %(today)s
        AND (act.team_id IN (SELECT team FROM scope) OR act.team_id IS NULL AND %(whole)s)
        AND (%(tier)s::int IS NULL OR work.id IS NOT NULL)
    UNION ALL
    SELECT tool.id, ridden.tier, tool.name, NULL, NULL, NULL, NULL,
        aged.edges, aged.oldest, ARRAY[{PLACES[DecisionKind.STALE_UPSTREAM]}]
    FROM aged JOIN ridden ON ridden.tool = aged.tool
    JOIN inventory_tool AS tool ON tool.id = aged.tool
)
"""  # noqa: S608 - our own words; values are parameters
"""Follows STANDING and MEASURES. A line of `undecided` has all that is open about one
workflow, action or tool as `kinds`, the most pressing first."""
COUNTED: Final = """
    (SELECT json_agg(json_build_array(kind, number)) FROM (
        SELECT kind, count(*) AS number FROM undecided, unnest(kinds) AS kind GROUP BY kind
    ) AS counted)
"""
COLUMNS: Final = "id, tier, name, team, seconds, bound, target, edges, oldest"
PRESSING: Final = f"""
    (SELECT json_agg(pressing) FROM (
        SELECT {COLUMNS}, kinds[1] AS kind FROM undecided WHERE kinds[1] IS NOT NULL
        ORDER BY tier, kinds[1], name, id LIMIT %(shown)s
    ) AS pressing)
"""  # noqa: S608 - our own words; values are parameters
"""The most pressing decision of each of the first few."""
LISTED: Final = f"""
    SELECT json_agg(page) FROM (
        SELECT {COLUMNS}, kind FROM undecided, unnest(kinds) AS kind
        WHERE %(kind)s::int IS NULL OR kind = %(kind)s::int
        ORDER BY tier, kind, name, id LIMIT %(most)s OFFSET %(first)s
    ) AS page
"""  # noqa: S608 - our own words; values are parameters


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that somebody has to decide, with its reason, and the form that lifts it
    for a reader who may; others get the page that shows it."""

    kind: DecisionKind
    pk: int
    subject: str
    url: str
    team: str
    tier: int
    why: str
    remedy: str
    remedy_url: str

    @property
    def label(self) -> Promise:
        return LABELS[self.kind]

    @property
    def tone(self) -> str:
        return LOOKS[self.kind][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.kind][1]


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of one kind, or of every kind, read a page at a time."""

    chosen: Scope
    kind: DecisionKind | None
    number: int

    def count(self) -> int:
        return self.number

    def __getitem__(self, place: slice) -> Sequence[Decision]:
        found = ask(
            f"WITH RECURSIVE {STANDING}, {MEASURES}, {DECIDING} {LISTED}",
            {
                **parameters(self.chosen),
                "kind": None if self.kind is None else PLACES[self.kind],
                "first": place.start,
                "most": place.stop - place.start,
            },
        )
        return explained(self.chosen, found or ())


def decisions(chosen: Scope, kind: DecisionKind | None = None) -> Decisions:
    """Return what has to be decided: critical work first, then the most pressing.

    One query to count; a page of them takes four more, whatever it shows.
    """
    [counts] = ask_all(
        f"WITH RECURSIVE {STANDING}, {MEASURES}, {DECIDING} SELECT {COUNTED}",
        parameters(chosen),
    )
    numbers = {ORDER[place]: number for place, number in counts or ()}
    number = sum(numbers.values()) if kind is None else numbers.get(kind, 0)
    return Decisions(chosen, kind, number)


def explained(chosen: Scope, rows: Sequence[Mapping[str, Any]]) -> tuple[Decision, ...]:
    """Say why each of `rows` is open and where it is lifted. Three queries at most."""
    uses = _uses({row["id"] for row in rows if ORDER[row["kind"]] in ABOUT_TOOLS})
    asked = {row["id"] for row in rows if ORDER[row["kind"]] is DecisionKind.SHARED_FATE}
    pairs = {
        tool
        for pk in asked
        for one in uses.get(pk, ())
        if one.first_tool is not None
        for tool in (one.tool_pk, one.first_tool)
    }
    graph = fate.bare(pairs) if pairs else Graph(())
    may = _may(chosen) if rows else {}
    return tuple(_decision(chosen, row, uses, graph, may) for row in rows)


ABOUT_TOOLS: Final = frozenset({DecisionKind.NO_ALTERNATIVE, DecisionKind.SHARED_FATE})


class Use(NamedTuple):
    """A tool that would stop a workflow. `first_tool` is that of the first alternative,
    None for a procedure or nothing; `others` counts the alternatives."""

    pk: int
    tool_pk: int
    tool: str
    first_tool: int | None
    others: int


USES: Final = """
    SELECT json_agg(use) FROM (
        SELECT used.workflow_id, used.id, used.tool_id, tool.name,
            (SELECT first.tool_id FROM inventory_alternative AS first
                WHERE first.dependency_id = used.id ORDER BY rank LIMIT 1) AS first,
            (SELECT count(*) FROM inventory_alternative AS other
                WHERE other.dependency_id = used.id) AS others
        FROM inventory_dependency AS used
        JOIN inventory_tool AS tool ON tool.id = used.tool_id
        WHERE used.workflow_id = ANY(%(workflows)s::bigint[]) AND used.without = 'stops'
        ORDER BY used.position, used.id
    ) AS use
"""


def _uses(workflows: set[int]) -> Mapping[int, Sequence[Use]]:
    if not workflows:
        return {}
    found: dict[int, list[Use]] = {}
    for row in ask(USES, {"workflows": list(workflows)}) or ():
        workflow, *rest = row.values()
        found.setdefault(workflow, []).append(Use(*rest))
    return found


def _may(chosen: Scope) -> Mapping[Action, frozenset[int] | None]:
    """Return in which teams the reader may do what; None: in all. At most one query."""
    actions = (Action.EDIT, Action.RUN_DRILL)
    if all(chosen.user.may(action) for action in actions):
        return dict.fromkeys(actions)
    roles = dict(Membership.objects.filter(user=chosen.user).values_list("team", "role"))
    return {
        action: frozenset(
            team.pk
            for team in chosen.teams.values()
            if max(roles.get(team.pk, 0), roles.get(team.parent_id or 0, 0))
            >= (POLICY[action].team_role or 0)
        )
        for action in actions
    }


def _decision(
    chosen: Scope,
    row: Mapping[str, Any],
    uses: Mapping[int, Sequence[Use]],
    graph: Graph,
    may: Mapping[Action, frozenset[int] | None],
) -> Decision:
    kind, pk = ORDER[row["kind"]], row["id"]
    route, label, action = REMEDIES[kind]
    team = chosen.teams.get(row["team"] or 0)
    target = pk
    match kind:
        case DecisionKind.STALE_UPSTREAM:
            url = reverse("inventory:tool", args=[pk])
        case DecisionKind.ACTION_OVERDUE:
            url = reverse("drills:action", args=[pk])
        case _:
            url = reverse("inventory:workflow", args=[pk])
    why = ""
    if kind in ABOUT_TOOLS:
        target, why = _about_tools(kind, uses.get(pk, ()), graph)
    why = why or _why(kind, row)
    allowed = may.get(action, None)
    if target and (allowed is None or (team is not None and team.pk in allowed)):
        remedy = str(label)
        if route == "drills:plan":
            remedy_url = f"{reverse(route)}?workflow={pk}"
        elif route == "inventory:stale_sources":
            remedy_url = reverse(route)
        else:
            remedy_url = reverse(route, args=[target])
    else:
        remedy, remedy_url = gettext("Open"), url
    return Decision(
        kind=kind,
        pk=pk,
        subject=row["name"],
        url=url,
        team=team.name if team is not None else "",
        tier=row["tier"],
        why=why,
        remedy=remedy,
        remedy_url=remedy_url,
    )


def _about_tools(kind: DecisionKind, uses: Sequence[Use], graph: Graph) -> tuple[int, str]:
    """Return the dependency to add an alternative to, and the sentence; 0 and "" where
    somebody has lifted it since it was counted."""
    if kind is DecisionKind.NO_ALTERNATIVE:
        bare = [one for one in uses if not one.others]
        if not bare:
            return 0, ""
        names = ", ".join(one.tool for one in bare)
        return bare[0].pk, gettext("Without %(tools)s the work stops.") % {"tools": names}
    for one in uses:
        if one.first_tool is None:
            continue
        found = graph.shared(one.tool_pk, one.first_tool)
        if found.answer is FateAnswer.SHARES:
            return one.pk, gettext(
                "%(tool)s and its first alternative %(alternative)s both need %(upstream)s."
            ) % {
                "tool": one.tool,
                "alternative": graph.name(one.first_tool),
                "upstream": graph.name(found.shared[0].upstream),
            }
    return 0, ""


def _why(kind: DecisionKind, row: Mapping[str, Any]) -> str:
    match kind:
        case DecisionKind.OVER_TARGET:
            reading = Reading(timedelta(seconds=row["seconds"]), row["bound"])
            return gettext("Took %(reading)s in the last drill; the target is %(rto)s.") % {
                "reading": formats.reading(reading),
                "rto": formats.duration(timedelta(seconds=row["target"])),
            }
        case DecisionKind.ACTION_OVERDUE:
            day = formats.day(date.fromisoformat(row["oldest"]))
            return gettext("It was due on %(day)s.") % {"day": day}
        case DecisionKind.STALE_UPSTREAM if row["oldest"] is None:
            return ngettext(
                "%(number)d thing that it needs was never verified.",
                "%(number)d things that it needs were never verified.",
                row["edges"],
            ) % {"number": row["edges"]}
        case DecisionKind.STALE_UPSTREAM:
            return ngettext(
                "%(number)d thing that it needs has not been verified since %(day)s.",
                "%(number)d things that it needs are not verified any more, the oldest "
                "since %(day)s.",
                row["edges"],
            ) % {
                "number": row["edges"],
                "day": formats.day(date.fromisoformat(row["oldest"])),
            }
    return str(SENTENCES[kind])


SENTENCES: Final[Mapping[DecisionKind, Promise]] = {
    DecisionKind.NO_ALTERNATIVE: _("Without one of its tools the work stops."),
    DecisionKind.SHARED_FATE: _("A tool and its first alternative need the same thing."),
    DecisionKind.PROOF_EXPIRED: _("It worked once; that is too long ago to count."),
    DecisionKind.PROOF_ENDED: _("It worked once; what was proven has changed since."),
    DecisionKind.NO_TOOL: _("Nobody can say what would stop it."),
    DecisionKind.NO_RTO: _("Nobody has said how long it may stand still."),
    DecisionKind.NO_OWNER: _("Nobody keeps it true."),
}
