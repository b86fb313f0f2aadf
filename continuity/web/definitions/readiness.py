"""Figures of readiness, of shared fate, and of what would stop with whom."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from continuity.web.definitions.kinds import Definition, Unit

RULES: Final = "continuity.domain.readiness"
QUERY: Final = "continuity.inventory.queries.readiness.readiness"
ROWS: Final = "dashboard:workflows"

READINESS: Final = (
    Definition(
        "impact_rated",
        _("Harm as time passes"),
        _(
            "Of each workflow the worst level that any category is rated with by then. The"
            " MTPD that the ratings give is the first point with a level that is not"
            " tolerable."
        ),
        Unit.LENGTH,
        query="continuity.inventory.queries.scales.scales",
        rule="continuity.domain.impact.mtpd",
        facts=(
            "scale.rated",
            "scale.workflows",
            "impact[].levels[]",
            "impact[].given_mtpd_seconds",
        ),
    ),
    Definition(
        "workflow_ready",
        _("Readiness of a workflow"),
        _(
            "A workflow is as ready as its least ready dependency that would stop it. One"
            " that names no tool is unknown; one that nothing known would stop is ready."
        ),
        Unit.COUNT,
        query=QUERY,
        rule=f"{RULES}.workflow_readiness",
        rows=ROWS,
        uses=("dependency_ready", "sound", "proven"),
        facts=(
            "readiness.workflows",
            "readiness.ready",
            "readiness.partly",
            "readiness.not_ready",
            "readiness.unknown",
            "teams[].workflows",
            "teams[].ready",
            "teams[].partly",
            "teams[].not_ready",
            "teams[].unknown",
        ),
    ),
    Definition(
        "share",
        _("Readiness, share"),
        _("Workflows that are ready, divided by all workflows, weighted by nothing."),
        Unit.PERCENT,
        query=QUERY,
        rule=f"{RULES}.share_ready",
        rows=ROWS,
        uses=("workflow_ready", "dependency_ready", "sound", "proven"),
        facts=("readiness.share_percent", "teams[].share_percent"),
    ),
    Definition(
        "weighted",
        _("Readiness, weighted"),
        _(
            "The same, each workflow counted with the weight of its criticality: critical"
            " 4, important 3, normal 2, low 1."
        ),
        Unit.PERCENT,
        query=QUERY,
        rule=f"{RULES}.weighted",
        rows=ROWS,
        uses=("workflow_ready",),
        facts=("readiness.weighted_percent", "teams[].weighted_percent"),
    ),
    Definition(
        "proven_work",
        _("Have a proven alternative"),
        _(
            "Counted are workflows where each tool that would stop them has an alternative"
            " with a proof that has not expired and shows the minimum level within the RTO."
            " Whether that alternative is also sound is not asked here."
        ),
        Unit.COUNT,
        query="continuity.dashboard.queries.rows.workflows",
        rule="continuity.domain.readiness.has_proven_alternative",
        rows=ROWS,
        uses=("proven",),
    ),
    Definition(
        "proof_time",
        _("Time of a proof"),
        _(
            "How long the recovery that the proof comes from took to the minimum level. It"
            " counts until the proof expires, or what was proven changes."
        ),
        Unit.LENGTH,
        query="continuity.inventory.queries.readiness.facts_of",
        rule=f"{RULES}.proven_after",
        facts=("alternatives[].proof.time",),
        uses=("proven",),
    ),
    Definition(
        "proof_capacity",
        _("Capacity of a proof"),
        _(
            "The share of normal volume that was reached on the alternative, as the person"
            " who pressed “minimum level” stated it."
        ),
        Unit.PERCENT,
        query="continuity.inventory.queries.readiness.facts_of",
        rule=f"{RULES}.ProofFacts",
        facts=("alternatives[].proof.capacity_percent", "recoveries[].capacity_percent"),
    ),
    Definition(
        "shared_fate",
        _("Shared fate"),
        _(
            "Whether the alternative rides on the same upstream as the tool it replaces:"
            " shares (the path is named), none known (with how much of the chain is known),"
            " or unknown. Nothing is ever called independent."
        ),
        Unit.PERCENT,
        query="continuity.inventory.queries.fate.graph",
        rule="continuity.domain.fate.Graph.shared",
        facts=(
            "alternatives[].fate.known_percent",
            "shared_fate.alternatives",
            "shared_fate.shares",
            "shared_fate.none_known",
            "shared_fate.unknown",
            "shared_fate.manual",
        ),
    ),
    Definition(
        "decisions",
        _("Needs a decision"),
        _(
            "Reasons why somebody has to decide something, listed by kind. A workflow with"
            " two of them counts twice. Over target means missed in its last drill."
        ),
        Unit.COUNT,
        query="continuity.dashboard.queries.decisions.decisions",
        rule="continuity.dashboard.queries.decisions.decisions",
        rows="dashboard:decisions",
    ),
    Definition(
        "concentration",
        _("Provider concentration"),
        _(
            "Workflows that stop if the provider stops, by the tools they name themselves."
            " A workflow that needs two providers counts with both. What stops by way of"
            " another upstream is counted by the knock-out."
        ),
        Unit.COUNT,
        query="continuity.dashboard.queries.rows.workflows",
        rule="continuity.dashboard.queries.concentration.concentration",
        rows=ROWS,
    ),
    Definition(
        "stops",
        _("Work that stops"),
        _(
            "Workflows that lose a tool without which they stop, and have no alternative"
            " that is left standing."
        ),
        Unit.COUNT,
        query="continuity.inventory.queries.knock_out.of",
        rule="continuity.domain.fate.Graph.knock_out",
        rows="inventory:knock_outs",
        uses=("hard_loss",),
        facts=(
            "knock_out.workflows",
            "knock_out.nameless",
            "knock_out.rows[].falls_with",
            "knock_out.rows[].stops",
            "knock_out.rows[].critical",
            "knock_out.rows[].degraded",
        ),
    ),
    Definition(
        "falls_back",
        _("Falls back"),
        _(
            "Workflows that would stop, and each tool they lose has an alternative that is"
            " not lost with it. It is proven where an unexpired proof says so, and assumed"
            " otherwise."
        ),
        Unit.COUNT,
        query="continuity.inventory.queries.knock_out.of",
        rule="continuity.domain.fate.Graph.knock_out",
        rows="inventory:knock_outs",
        uses=("proven",),
        facts=("knock_out.rows[].falls_back",),
    ),
    Definition(
        "herd",
        _("Who lands where"),
        _(
            "People of all workflows that switch to one alternative at once, against the"
            " seats and the limit it states, less those who work with it already. Where a"
            " number of people is not stated, the sum is a lower bound."
        ),
        Unit.COUNT,
        query="continuity.inventory.queries.knock_out.of",
        rule="continuity.domain.herd.herd",
        rows="inventory:knock_outs",
    ),
)
