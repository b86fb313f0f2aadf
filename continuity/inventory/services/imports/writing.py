"""Writing a plan: all of it in one transaction, or nothing, and once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from continuity.accounts.models import User
from continuity.domain.errors import Conflict, NotAllowedNow
from continuity.history.services import record
from continuity.inventory.imports.names import Match
from continuity.inventory.imports.picture import NO_TOOL, Answers
from continuity.inventory.imports.plan import Plan, follow
from continuity.inventory.imports.rows.base import Progress, silently
from continuity.inventory.models import Import, ImportKind, ImportState
from continuity.inventory.services.imports.asking import keep_bad_rows
from continuity.inventory.services.imports.below import (
    AlternativeWriter,
    ImpactWriter,
    PointWriter,
    StepWriter,
)
from continuity.inventory.services.imports.catalogue import (
    ProviderWriter,
    TeamWriter,
    ToolWriter,
    UpstreamWriter,
)
from continuity.inventory.services.imports.wizard import checked, locked
from continuity.inventory.services.imports.workflows import WorkflowWriter
from continuity.inventory.services.imports.writer import Writer

ONE_AT_A_TIME: Final = 7_310_461
"""The advisory lock that every import takes: two at once could both make a team."""

WRITERS: Final[Mapping[ImportKind, type[Writer]]] = {
    ImportKind.TEAMS: TeamWriter,
    ImportKind.PROVIDERS: ProviderWriter,
    ImportKind.TOOLS: ToolWriter,
    ImportKind.UPSTREAMS: UpstreamWriter,
    ImportKind.WORKFLOWS: WorkflowWriter,
    ImportKind.ALTERNATIVES: AlternativeWriter,
    ImportKind.STEPS: StepWriter,
    ImportKind.IMPACTS: ImpactWriter,
    ImportKind.POINTS: PointWriter,
}


@transaction.atomic(durable=True)
def apply(
    import_pk: int,
    *,
    actor: User,
    now: datetime,
    digest: str | None = None,
    state: ImportState = ImportState.MAPPED,
    progress: Progress = silently,
) -> Import:
    """Write what the plan says, all or nothing.

    Rows that are to be fixed stay out. A second call changes nothing and returns the
    finished import, so a double click imports once. Raises NotAllowedNow unless the
    import is in `state`, Conflict if the inventory has changed since the plan with
    `digest` was shown.
    """
    one_at_a_time()
    row = locked(import_pk)
    if row.state == ImportState.DONE:
        return row
    if row.state != state:
        raise NotAllowedNow(f"An import that is {row.state} cannot be imported.")
    found = checked(row)
    plan = found.plan
    if digest is not None and digest != plan.digest():
        raise Conflict("The inventory has changed since this plan was shown.")
    try:
        with transaction.atomic():
            tools = WRITERS[ImportKind(row.kind)](
                row,
                plan,
                found.known,
                actor=actor,
                now=now.astimezone(UTC),
                progress=progress,
            ).write()
    except IntegrityError as error:
        # Someone made the same team, tool or workflow by hand in this very moment.
        raise Conflict("Someone else added the same.") from error
    row.state = ImportState.DONE
    row.imported_at = now
    row.counts = dict(plan.counts)
    row.answers = _settled(row, plan, tools)
    row.save(update_fields=["state", "imported_at", "counts", "answers"])
    keep_bad_rows(row)
    record("import.applied", row, actor=actor, now=now, after=dict(plan.counts))
    return row


def one_at_a_time() -> None:
    """Wait until no other import is being written, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _settled(row: Import, plan: Plan, tools: Mapping[str, int]) -> dict[str, Any]:
    """Return the answers as they were carried out, for the next file of this kind: what
    was likely or new is certain now."""
    chosen = {}
    lines = {line.key: line for line in plan.names}
    for line in plan.names:
        if line.match is Match.EXACT and not line.answered:
            continue
        key = follow(line, lines)
        if key in tools:
            key = f"tool:{tools[key]}"
        if key.startswith("tool:") or key == NO_TOOL:
            chosen[line.key] = key
    return replace(Answers.from_json(row.answers), tools=chosen).to_json()
