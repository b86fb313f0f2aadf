"""Writing teams, providers, tools and upstreams."""

from typing import Any

from continuity.accounts.models import Team
from continuity.domain.names import normalise
from continuity.history.services import Line
from continuity.inventory.imports.plan import Later, PlannedRow
from continuity.inventory.models import Provider, Tool, ToolName, Upstream
from continuity.inventory.services.imports.writer import BATCH, Writer


class TeamWriter(Writer):
    model = Team

    def write_rows(self) -> None:
        for key, team in self.teams().items():
            after = {"name": key.name, "parent": key.department}
            self.lines.append(Line("team.added", team, team=team, after=after))


class ProviderWriter(Writer):
    model = Provider
    created = "provider.created"
    changed = "provider.changed"


class ToolWriter(Writer):
    model = Tool
    created = "tool.created"
    changed = "tool.changed"

    def write_rows(self) -> None:
        self.promise_providers()
        super().write_rows()

    def promise_tools(self, besides: Any = ()) -> None:
        """Make what the file only names as a whole that a tool is part of."""
        super().promise_tools([row.fixed["key"] for row in self.rows])

    def write_new(self) -> list[tuple[PlannedRow, Any]]:
        # A tool may be part of one that comes later in the file: first all, then that.
        rows = [row for row in self.rows if row.existing is None]
        made = Tool.objects.bulk_create(
            [Tool(**self.fields(row)) for row in rows], batch_size=BATCH
        )
        self.promised |= {
            row.fixed["key"]: tool.pk for row, tool in zip(rows, made, strict=True)
        }
        parts = []
        for row, tool in zip(rows, made, strict=True):
            if isinstance(parent := row.values.get("parent_id"), Later):
                tool.parent_id = self.promised[parent.key]
                parts.append(tool)
        Tool.objects.bulk_update(parts, ["parent"], BATCH)
        self.trace_made(made)
        return list(zip(rows, made, strict=True))

    def fields(self, row: PlannedRow) -> dict[str, Any]:
        said = {**row.fixed, **row.values}
        if isinstance(said.get("parent_id"), Later):
            del said["parent_id"]
        said.pop("key", None)
        return {name: self.real(value) for name, value in said.items()}

    def tell(self, made: Any, changed: Any) -> None:
        super().tell(made, changed)
        spellings = ToolName.objects.bulk_create(
            [
                ToolName(tool=tool, name=name, normal=normalise(name))
                for row, tool in (*made, *changed)
                for name in row.spellings
            ],
            batch_size=BATCH,
        )
        self.trace_made(spellings)


class UpstreamWriter(Writer):
    model = Upstream
    created = "upstream.created"
    changed = "upstream.changed"

    def tell(self, made: Any, changed: Any) -> None:
        keys = {edge.tool_id for _row, edge in (*made, *changed)}
        self.tools = Tool.objects.in_bulk(keys)
        super().tell(made, changed)

    def line(self, verb: str, row: PlannedRow, thing: Any, **said: Any) -> Line:
        named = {"upstream": row.what}
        said = {at: {**named, **values} for at, values in said.items()}
        return Line(verb, self.tools[thing.tool_id], **said)
