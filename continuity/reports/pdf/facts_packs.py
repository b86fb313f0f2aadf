"""The facts of what people take along: the grab pack and the team plan.

The rules are those of `facts`. Texts of a closed set stand here as their key (`tier` 1,
`data_class` "personal", role "owner"): the layout prints them in the reader's language,
or in two, so that the same pack has the same digest in each.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from continuity.reports.pdf.facts import CommonFacts, Day, Instant

type PersonRole = Literal["owner", "deputy", "lead", "member"]
type ProofStatus = Literal[
    "proven", "short", "attested", "checked", "failed", "expired", "ended", "none"
]  # inventory.queries.proofs.ProofState


class ContactFacts(TypedDict):
    """Somebody to reach."""

    name: str
    email: str
    roles: list[PersonRole]


class Block(TypedDict):
    """A paragraph, an item of a list or a line of code of a step's details."""

    kind: Literal["text", "item", "code"]
    text: str


class StepFacts(TypedDict):
    """One step of a runbook."""

    text: str
    role: str  # may be empty
    expected_seconds: int | None
    verification: str  # may be empty
    way_back: str  # may be empty
    details: list[Block]


class FallbackFacts(TypedDict):
    """One alternative, with its runbook and what speaks against it."""

    name: str
    status: ProofStatus
    until: Day | None  # only of "proven"
    not_approved: bool  # for this work's data
    shares: bool  # a known upstream with the tool it replaces
    capacity_percent: int | None
    limit: int | None  # people at once
    cost: str
    preconditions: str
    trigger: str
    return_criteria: str
    note: str
    steps: list[StepFacts]
    expected_seconds: int | None  # of all steps; None unless each says


class NeededTool(TypedDict):
    """A tool the work is done with, and what happens without it."""

    tool: str
    without: Literal["stops", "degraded"]
    purpose: str
    alternatives: list[FallbackFacts]


class PartFacts(TypedDict):
    """One workflow."""

    name: str
    description: str
    team: str
    tier: int
    rto_seconds: int | None
    mtpd_seconds: int | None
    mbco_percent: int | None
    mbco: str
    data_class: str  # a key of inventory.models.DataClass, or empty
    hours: str
    contacts: list[ContactFacts]
    dependencies: list[NeededTool]


class PackFacts(CommonFacts):
    """kind="grab_pack": all that somebody needs to carry on, two pages a workflow.

    `of_team` False: the pack of one workflow, and `parts` holds one.
    """

    of_team: bool
    team: str
    made_at: Instant
    left_out: int  # less critical workflows that have no room in it
    parts: list[PartFacts]


class PersonFacts(TypedDict):
    """Somebody of the team, and for which workflows they answer."""

    name: str
    email: str
    roles: list[PersonRole]
    owns: list[str]
    stands_in: list[str]


class PlanFacts(PackFacts):
    """kind="team_plan": who does what from the first alarm to the way back."""

    leads: list[str]  # who activates the plan; a department's leads are among them
    people: list[PersonFacts]
