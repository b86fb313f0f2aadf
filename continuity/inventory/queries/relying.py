"""Who depends on what, of the workflows that one reader may see: a loss is told from it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from django.db.models import Q

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.fate import Fallback, Reliance, Reliances
from continuity.domain.herd import Load
from continuity.inventory.models import Alternative, Without, Workflow


@dataclass(frozen=True, slots=True)
class Work:
    """What a knock-out needs to know of a workflow. `people` is the most it states."""

    name: str
    tier: int
    rto: timedelta | None
    mbco_percent: int | None
    people: int | None
    least: int

    @property
    def load(self) -> Load:
        return Load(self.tier, self.people, self.rto, self.least)


class Inventory:
    """All that one reader may see of who depends on what, read in two queries; of `only`
    one workflow where its key is given, archived or not."""

    def __init__(self, user: User, *, only: int | None = None) -> None:
        self.works: dict[int, Work] = {}
        self.own_limits: dict[int, int] = {}
        self.procedures: dict[int, str] = {}
        self.whole: Final = user.may(Action.VIEW)
        found: list[tuple[int, int, int, bool]] = []
        scope = Q(archived_at=None) if only is None else Q(pk=only)
        rows = (
            Workflow.objects.allowing(user, Action.VIEW)
            .filter(scope)
            .order_by("pk", "dependencies__position", "dependencies__pk")
            .values_list(
                "pk",
                "name",
                "tier",
                "rto",
                "mbco_percent",
                "people_most",
                "people_least",
                "dependencies__pk",
                "dependencies__tool_id",
                "dependencies__without",
            )
        )
        for pk, name, tier, rto, mbco, most, least, dependency, tool, without in rows:
            if pk not in self.works:
                self.works[pk] = Work(name, tier, rto, mbco, most, least or 1)
            if dependency is not None:
                found.append((dependency, pk, tool, without == Without.STOPS))
        fallbacks = self._fallbacks(user, only)
        self.reliances: Final = tuple(
            Reliance(dependency, pk, tool, stops, tuple(fallbacks[dependency]))
            for dependency, pk, tool, stops in found
        )

    def _fallbacks(self, user: User, only: int | None) -> Mapping[int, list[Fallback]]:
        found: dict[int, list[Fallback]] = defaultdict(list)
        scope = (
            Q(dependency__workflow__archived_at=None)
            if only is None
            else Q(dependency__workflow=only)
        )
        rows = (
            Alternative.objects.allowing(user, Action.VIEW)
            .filter(scope)
            .order_by("dependency_id", "rank")
            .values_list("dependency_id", "pk", "tool_id", "limit", "procedure")
        )
        for dependency, pk, tool, limit, procedure in rows:
            found[dependency].append(Fallback(pk, tool))
            if procedure:
                self.procedures[pk] = procedure
            if limit is not None:
                self.own_limits[pk] = limit
        return found

    @cached_property
    def indexed(self) -> Reliances:
        return Reliances(self.reliances)

    @cached_property
    def nameless(self) -> int:
        """How many workflows name no tool, so that nobody knows what stops them."""
        return len(self.works) - len(self.indexed.workflows)

    def users_of(self, tools: Collection[int]) -> Mapping[int, frozenset[int]]:
        """Return the workflows that use each of `tools` today."""
        found: dict[int, set[int]] = {tool: set() for tool in tools}
        for one in self.reliances:
            if one.tool in found:
                found[one.tool].add(one.workflow)
        return {tool: frozenset(pks) for tool, pks in found.items()}
