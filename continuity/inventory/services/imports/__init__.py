"""Bringing a spreadsheet in: upload, columns, answers, import, and taking it all back.

wizard      from a file to a plan; the inventory is not touched
writing     a plan into the inventory: all of it or nothing, and once
runs        large imports, written by a worker
undoing     an import taken back as a whole
writer      what the writers of all kinds share; `workflows`, `catalogue` and `below`
            write a kind each
"""

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
    "CannotUndo", "Checked", "answer", "apply", "ask", "checked", "discard", "effects",
    "mapping_of", "obstacles", "reread", "set_columns", "snapshot", "start", "table_of",
    "undo", "write_due",
]  # fmt: skip
