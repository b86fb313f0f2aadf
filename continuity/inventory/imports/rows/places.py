"""Whose a row is: its team, and the workflow that it belongs to."""

from collections import defaultdict
from collections.abc import Hashable, Mapping

from rapidfuzz import fuzz, process

from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.drafts import Draft
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.picture import KnownTeam, KnownWorkflow
from continuity.inventory.imports.plan import Fault, TeamKey
from continuity.inventory.imports.rows.base import Planner

MOST_COMPARED = 2_000
"""Names beyond which nothing similar is looked for: it would take longer than the rest."""


class TeamPlanner(Planner):
    """Plans rows that belong to a team."""

    def prepare(self) -> None:
        self.teams = {team.pk: team for team in self.known.teams}
        self.by_team_name: defaultdict[str, list[KnownTeam]] = defaultdict(list)
        for team in self.known.teams:
            self.by_team_name[folded(team.name)].append(team)

    def title(self, draft: Draft) -> tuple[str, TeamKey]:
        return super().title(draft)[0], self.team_key(draft.texts)

    def team_key(self, texts: Mapping[Field, str]) -> TeamKey:
        team = " ".join(texts.get(Field.TEAM, "").split())
        department = " ".join(texts.get(Field.DEPARTMENT, "").split())
        # A row without a team of its own belongs to its department, and so does one whose
        # team is called like it.
        if not team or folded(team) == folded(department):
            return TeamKey(team or department)
        return TeamKey(team, department)

    def team(self, key: TeamKey, faults: list[Fault]) -> int | None:
        """Return the team that is there already; None for one to be created."""
        if not key.name:
            faults.append(Fault("no_team", Field.TEAM))
            return None
        named = self.by_team_name[folded(key.name)]
        if not key.department:
            top = [team for team in named if team.department is None]
            if top or len(named) == 1:
                return (top or named)[0].pk
            if len(named) > 1:
                faults.append(Fault("team_unclear", Field.TEAM, key.name))
                return None
            self.new_teams.setdefault(key.folded, key)
            return None
        departments = self.by_team_name[folded(key.department)]
        top = [team for team in departments if team.department is None]
        if top:
            for team in named:
                if team.department == top[0].pk:
                    return team.pk
        else:
            self.new_departments.setdefault(folded(key.department), key.department)
        self.new_teams.setdefault(key.folded, key)
        return None


class WorkflowRowPlanner(TeamPlanner):
    """Plans rows that belong to a workflow that is there."""

    def prepare(self) -> None:
        super().prepare()
        self.by_name: defaultdict[str, list[KnownWorkflow]] = defaultdict(list)
        self.by_reference: defaultdict[str, list[KnownWorkflow]] = defaultdict(list)
        for workflow in self.known.workflows:
            self.by_name[folded(workflow.name)].append(workflow)
            if reference := folded(workflow.values["reference"]):
                self.by_reference[reference].append(workflow)
        self.near: dict[Hashable, str] = {}

    def workflow(
        self, draft: Draft, team: TeamKey, faults: list[Fault]
    ) -> KnownWorkflow | None:
        """Return the workflow that a row means, by team and name or by reference."""
        name = " ".join(draft.texts.get(Field.NAME, "").split())
        reference = folded(draft.texts.get(Field.REFERENCE, ""))
        if not name and not reference:
            faults.append(Fault("missing", Field.NAME))
            return None
        teams = self._teams(team)
        for found in (self.by_name.get(folded(name)), self.by_reference.get(reference)):
            fitting = [one for one in found or () if teams is None or one.team in teams]
            if len(fitting) > 1:
                faults.append(Fault("workflow_unclear", Field.TEAM, team.name))
                return None
            if fitting:
                return fitting[0]
        near = self._near(name, teams)
        faults.append(Fault("no_workflow", Field.NAME, name, suggestion=near))
        return None

    def _teams(self, key: TeamKey) -> set[int] | None:
        """Return the teams that a row may mean; None if it names none."""
        if not key.name:
            return None
        named = self.by_team_name.get(folded(key.name), ())
        if key.department:
            parents = {
                team.pk for team in self.by_team_name.get(folded(key.department), ())
            }
            return {team.pk for team in named if team.department in parents}
        tops = {team.pk for team in named if team.department is None}
        return tops or {team.pk for team in named}

    def _near(self, name: str, teams: set[int] | None) -> str:
        at = (folded(name), None if teams is None else frozenset(teams))
        if at not in self.near:
            names = {
                folded(one.name): one.name
                for one in self.known.workflows
                if teams is None or one.team in teams
            }
            found = (
                process.extractOne(at[0], list(names), scorer=fuzz.ratio, score_cutoff=85)
                if len(names) <= MOST_COMPARED
                else None
            )
            self.near[at] = names[found[0]] if found else ""
        return self.near[at]
