"""Bringing a spreadsheet in: upload, columns, answers, import, and taking it all back.

wizard      from a file to a plan; the inventory is not touched
checks      what a plan would do, for the pages; of a large file kept by a worker
writing     a plan into the inventory: all of it or nothing, and once
runs        large imports, written by a worker (`leases`, `asking`)
undoing     an import taken back as a whole
writer      what the writers of all kinds share; `workflows`, `catalogue` and `below`
            write a kind each
"""

from continuity.inventory.services.imports.asking import is_large
from continuity.inventory.services.imports.checks import (
    Sight,
    check_again,
    check_due,
    choices,
    look,
    to_fix,
)
from continuity.inventory.services.imports.runs import ask, write_due
from continuity.inventory.services.imports.undoing import (
    CannotUndo,
    effects,
    obstacles,
    undo,
)
from continuity.inventory.services.imports.wizard import (
    Checked,
    answer,
    checked,
    discard,
    mapping_of,
    reread,
    set_columns,
    start,
    table_of,
)
from continuity.inventory.services.imports.writer import snapshot
from continuity.inventory.services.imports.writing import apply

__all__ = [
    "CannotUndo", "Checked", "Sight", "answer", "apply", "ask", "check_again", "check_due",
    "checked", "choices", "discard", "effects", "is_large", "look", "mapping_of",
    "obstacles", "reread", "set_columns", "snapshot", "start", "table_of", "to_fix",
    "undo", "write_due",
]  # fmt: skip
