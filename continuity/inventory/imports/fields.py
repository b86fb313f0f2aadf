"""What a column can be, for each kind of rows, and by which headings it is known."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.inventory.models import ImportKind


class Field(StrEnum):
    """What a column can be. NAME is the name of what the rows are, and of the workflow
    where they belong to one."""

    NAME = "name"
    TEAM = "team"
    DEPARTMENT = "department"
    DESCRIPTION = "description"
    TOOLS = "tools"
    PURPOSE = "purpose"
    WITHOUT = "without"
    IN_USE = "in_use"
    REFERENCE = "reference"
    TIER = "tier"
    RTO = "rto"
    WRT = "wrt"
    MTPD = "mtpd"
    REASON = "targets_reason"
    MBCO = "mbco_percent"
    MBCO_WORDS = "mbco_words"
    PEOPLE = "people"
    DATA_CLASS = "data_class"
    OWNER = "owner"
    DEPUTY = "deputy"
    HOURS = "hours"
    PEAK_HOURS = "peak_hours"
    ZONE = "zone"
    COST_PER_HOUR = "cost_per_hour"
    # alternatives and their runbooks
    TOOL = "tool"
    RANK = "rank"
    ALTERNATIVE = "alternative"
    KIND = "kind"
    CAPACITY = "expected_capacity"
    QUALITY = "expected_quality"
    SWITCH = "expected_switch"
    APPROVED = "approved_data"
    LIMIT = "limit"
    COST = "cost"
    PRECONDITIONS = "preconditions"
    TRIGGER = "trigger"
    RETURN = "return_criteria"
    NOTE = "note"
    STEP = "position"
    TEXT = "text"
    ROLE = "role"
    EXPECTED = "expected"
    VERIFICATION = "verification"
    WAY_BACK = "way_back"
    DETAILS = "details"
    # business impact
    CATEGORY = "category"
    AFTER = "after"
    LEVEL = "level"
    AMOUNT = "amount"
    UNIT = "unit"
    MATERIAL = "material"
    RPO = "rpo"
    COPY = "copy"
    # the catalogue
    PROVIDER = "provider"
    PARENT = "parent"
    URL = "url"
    SOURCE = "source"
    SEATS = "seats"
    RETIRED_ON = "retired_on"
    SPELLINGS = "spellings"
    UPSTREAM = "upstream"
    RELATION = "relation"
    VERIFIED_ON = "verified_on"
    CONFIDENCE = "confidence"


LABELS: Final[Mapping[Field, Promise]] = {
    Field.NAME: _("Workflow name"),
    Field.TEAM: _("Team"),
    Field.DEPARTMENT: _("Department"),
    Field.DESCRIPTION: _("Description"),
    Field.TOOLS: _("AI tools"),
    Field.PURPOSE: _("What the tools are used for"),
    Field.WITHOUT: _("Without the tools: stops or degraded"),
    Field.IN_USE: _("In use, yes or no"),
    Field.REFERENCE: _("Reference"),
    Field.TIER: _("Criticality"),
    Field.RTO: _("RTO"),
    Field.WRT: _("WRT"),
    Field.MTPD: _("MTPD"),
    Field.REASON: _("Reason for the targets"),
    Field.MBCO: _("MBCO, percent"),
    Field.MBCO_WORDS: _("MBCO, in words"),
    Field.PEOPLE: _("People, number or range"),
    Field.DATA_CLASS: _("Data class"),
    Field.OWNER: _("Owner, e-mail address"),
    Field.DEPUTY: _("Deputy, e-mail address"),
    Field.HOURS: _("Operating hours"),
    Field.PEAK_HOURS: _("Peak hours"),
    Field.ZONE: _("Time zone of the hours"),
    Field.COST_PER_HOUR: _("Cost of an hour"),
    Field.TOOL: _("Tool it replaces"),
    Field.RANK: _("Rank"),
    Field.ALTERNATIVE: _("Alternative"),
    Field.KIND: _("Kind"),
    Field.CAPACITY: _("Expected capacity, percent"),
    Field.QUALITY: _("Expected quality, percent"),
    Field.SWITCH: _("Expected switching time"),
    Field.APPROVED: _("Approved for data"),
    Field.LIMIT: _("People at once"),
    Field.COST: _("What it costs"),
    Field.PRECONDITIONS: _("What must be in place before"),
    Field.TRIGGER: _("When to switch to it"),
    Field.RETURN: _("When to go back"),
    Field.NOTE: _("Note"),
    Field.STEP: _("Number of the step"),
    Field.TEXT: _("What to do"),
    Field.ROLE: _("Who"),
    Field.EXPECTED: _("Expected time"),
    Field.VERIFICATION: _("How to tell it worked"),
    Field.WAY_BACK: _("Way back"),
    Field.DETAILS: _("Details (Markdown)"),
    Field.CATEGORY: _("Category of harm"),
    Field.AFTER: _("After how long"),
    Field.LEVEL: _("Level of harm"),
    Field.AMOUNT: _("Amount"),
    Field.UNIT: _("Unit of the amount"),
    Field.MATERIAL: _("Material"),
    Field.RPO: _("May be lost (RPO)"),
    Field.COPY: _("Where a copy is kept"),
    Field.PROVIDER: _("Provider"),
    Field.PARENT: _("Part of"),
    Field.URL: _("Web address"),
    Field.SOURCE: _("Source"),
    Field.SEATS: _("Seats"),
    Field.RETIRED_ON: _("Withdrawn on"),
    Field.SPELLINGS: _("Other spellings"),
    Field.UPSTREAM: pgettext_lazy("tool", "Needs"),
    Field.RELATION: _("Relation"),
    Field.VERIFIED_ON: _("Verified on"),
    Field.CONFIDENCE: _("Confidence"),
}
OTHER_LABELS: Final[Mapping[ImportKind, Mapping[Field, Promise]]] = {
    ImportKind.PROVIDERS: {Field.NAME: _("Provider")},
    ImportKind.TOOLS: {Field.NAME: _("Tool")},
    ImportKind.UPSTREAMS: {
        Field.NAME: _("Tool"),
        Field.WITHOUT: _("Without it: stops or degrades"),
    },
}
_F = Field
_OF_WORKFLOW: Final = (_F.NAME, _F.TEAM, _F.DEPARTMENT, _F.REFERENCE)
FIELDS: Final[Mapping[ImportKind, Sequence[Field]]] = {
    ImportKind.TEAMS: (_F.TEAM, _F.DEPARTMENT),
    ImportKind.PROVIDERS: (_F.NAME, _F.URL),
    ImportKind.TOOLS: (
        _F.NAME, _F.PROVIDER, _F.KIND, _F.PARENT, _F.URL, _F.SOURCE, _F.SEATS, _F.LIMIT,
        _F.RETIRED_ON, _F.SPELLINGS,
    ),
    ImportKind.UPSTREAMS: (
        _F.NAME, _F.UPSTREAM, _F.RELATION, _F.WITHOUT, _F.SOURCE, _F.VERIFIED_ON,
        _F.CONFIDENCE,
    ),
    ImportKind.WORKFLOWS: tuple(Field)[: tuple(Field).index(_F.TOOL)],
    ImportKind.ALTERNATIVES: (
        *_OF_WORKFLOW, _F.TOOL, _F.RANK, _F.ALTERNATIVE, _F.KIND, _F.CAPACITY, _F.QUALITY,
        _F.SWITCH, _F.APPROVED, _F.LIMIT, _F.COST, _F.PRECONDITIONS, _F.TRIGGER, _F.RETURN,
        _F.NOTE,
    ),
    ImportKind.STEPS: (
        *_OF_WORKFLOW, _F.TOOL, _F.RANK, _F.ALTERNATIVE, _F.STEP, _F.TEXT, _F.ROLE,
        _F.EXPECTED, _F.VERIFICATION, _F.WAY_BACK, _F.DETAILS,
    ),
    ImportKind.IMPACTS: (
        *_OF_WORKFLOW, _F.CATEGORY, _F.AFTER, _F.LEVEL, _F.AMOUNT, _F.UNIT,
    ),
    ImportKind.POINTS: (*_OF_WORKFLOW, _F.MATERIAL, _F.RPO, _F.COPY),
}  # fmt: skip
"""What a column can be, by kind, in the order in which a person is offered it."""

REQUIRED: Final[Mapping[ImportKind, Sequence[Field]]] = {
    ImportKind.TEAMS: (_F.TEAM,),
    ImportKind.PROVIDERS: (_F.NAME,),
    ImportKind.TOOLS: (_F.NAME,),
    ImportKind.UPSTREAMS: (_F.NAME, _F.UPSTREAM, _F.RELATION),
    ImportKind.WORKFLOWS: (_F.NAME,),
    ImportKind.ALTERNATIVES: (_F.NAME, _F.ALTERNATIVE),
    ImportKind.STEPS: (_F.NAME, _F.ALTERNATIVE, _F.TEXT),
    ImportKind.IMPACTS: (_F.NAME, _F.CATEGORY, _F.AFTER, _F.LEVEL),
    ImportKind.POINTS: (_F.NAME, _F.MATERIAL),
}
"""Columns without which nothing can be said. The team of a workflow comes on top."""

LENGTHS_OF_TIME: Final = frozenset(
    {_F.RTO, _F.WRT, _F.MTPD, _F.SWITCH, _F.EXPECTED, _F.AFTER, _F.RPO}
)
"""Fields in which a bare number needs a unit."""


def label(kind: ImportKind, wanted: Field) -> Promise:
    return OTHER_LABELS.get(kind, {}).get(wanted, LABELS[wanted])
