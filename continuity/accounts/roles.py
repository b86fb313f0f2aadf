"""Who may do what: the whole table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class TeamRole(IntEnum):
    """What a person is in one team. A department's role holds in its teams too."""

    VIEWER = 10
    MEMBER = 20
    LEAD = 30


class OrganisationRole(StrEnum):
    """What a person is for the whole organisation; most people are nothing."""

    NONE = ""
    AUDITOR = "auditor"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    SIGNED_IN = "signed_in"  # one's own pages, and the catalogue that all share
    VIEW = "view"
    TAKE_PART = "take_part"
    EDIT = "edit"
    APPROVE = "approve"
    RUN_DRILL = "run_drill"
    DECLARE = "declare"  # say that a tool really fails
    REVIEW = "review"  # approve what a drill showed
    EVALUATE = "evaluate"  # rate it, and finish its report
    WATCH = "watch"  # follow a drill from the console
    APPROVE_DRILL = "approve_drill"
    FORECAST = "forecast"
    IMPORT = "import"
    EDIT_CATALOGUE = "edit_catalogue"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may: anyone with at least `team_role` in the object's team, and anyone
    whose organisation role is in `organisation_roles`. `team_role` None: no team
    role is enough."""

    team_role: TeamRole | None
    organisation_roles: frozenset[OrganisationRole]


_MANAGERS = frozenset({OrganisationRole.MANAGER, OrganisationRole.ADMINISTRATOR})
_READERS = _MANAGERS | {OrganisationRole.AUDITOR}
_ALL = _READERS | {OrganisationRole.NONE}

POLICY: Final[Mapping[Action, Rule]] = {
    Action.SIGNED_IN: Rule(TeamRole.VIEWER, frozenset(_ALL)),
    Action.VIEW: Rule(TeamRole.VIEWER, frozenset(_READERS)),
    Action.TAKE_PART: Rule(TeamRole.MEMBER, _MANAGERS),
    Action.EDIT: Rule(TeamRole.MEMBER, _MANAGERS),
    Action.APPROVE: Rule(TeamRole.LEAD, _MANAGERS),
    Action.DECLARE: Rule(TeamRole.MEMBER, _MANAGERS),
    Action.RUN_DRILL: Rule(TeamRole.LEAD, _MANAGERS),
    Action.REVIEW: Rule(None, _MANAGERS),
    Action.EVALUATE: Rule(None, _MANAGERS),
    Action.WATCH: Rule(TeamRole.LEAD, _MANAGERS),
    Action.APPROVE_DRILL: Rule(None, _MANAGERS),
    Action.FORECAST: Rule(None, _MANAGERS),
    Action.IMPORT: Rule(None, _MANAGERS),
    Action.EDIT_CATALOGUE: Rule(None, _MANAGERS),
    Action.ADMINISTER: Rule(None, frozenset({OrganisationRole.ADMINISTRATOR})),
}
