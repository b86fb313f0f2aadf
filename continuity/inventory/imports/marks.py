"""Whether the inventory is still what a check compared a file with."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import connection, models

from continuity.accounts.models import Team, User
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Impact,
    ImpactCategory,
    ImpactLevel,
    ImportKind,
    Provider,
    RecoveryPoint,
    RunbookStep,
    Tool,
    ToolName,
    Upstream,
    Workflow,
)

type Models = Sequence[type[models.Model]]

_TOOLS: Final[Models] = (Tool, ToolName, Provider)
_WORKFLOWS: Final[Models] = (Team, Workflow, Dependency)
_BELOW: Final[Models] = (*_WORKFLOWS, *_TOOLS, Alternative)

READ: Final[Mapping[ImportKind, Models]] = {
    ImportKind.TEAMS: (Team,),
    ImportKind.PROVIDERS: (Provider,),
    ImportKind.TOOLS: _TOOLS,
    ImportKind.UPSTREAMS: (*_TOOLS, Upstream),
    ImportKind.WORKFLOWS: (*_WORKFLOWS, *_TOOLS, User),
    ImportKind.ALTERNATIVES: _BELOW,
    ImportKind.STEPS: (*_BELOW, RunbookStep),
    ImportKind.IMPACTS: (*_WORKFLOWS, ImpactCategory, ImpactLevel, Impact),
    ImportKind.POINTS: (*_WORKFLOWS, RecoveryPoint),
}
"""The tables that `known` reads for rows of each kind."""

VERSION: Final = "hashint8((xmin::text::bigint << 31) # id)"
"""Of one row: every insert, change and deletion gives a table another sum of them, since
the database stamps each version of a row with the transaction that wrote it. Nobody who
writes has to think of it, and a scan without its columns takes milliseconds."""
PERSON: Final = "hashtext(concat_ws(' ', id, email, name, is_active))"
"""Of a person only what is read: signing in changes the row as well."""


def inventory_mark(kind: ImportKind) -> str:
    """Return a mark of all that rows of `kind` are compared with, in one query. It is
    another one as soon as a row has been added, changed or removed."""
    parts = [
        f"SELECT '{at}', count(*), coalesce(sum({PERSON if model is User else VERSION}), 0)"  # noqa: S608
        f' FROM "{model._meta.db_table}"'
        for at, model in enumerate(READ[kind])
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 1")
        said = repr(cursor.fetchall())
    return hashlib.sha256(said.encode()).hexdigest()
