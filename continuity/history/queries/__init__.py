"""Reading history: its words, one line of it, pages of lines, and what was deleted."""

from continuity.history.queries.lines import Change, Line, difference, told
from continuity.history.queries.pages import (
    MOST_EXPORTED,
    MOST_IN_WORKBOOK,
    HistoryPage,
    Wanted,
    actor_name,
    exported,
    for_subject,
    history,
    subject,
    subject_history,
    teams,
)
from continuity.history.queries.words import (
    ADMINISTERED,
    FIELDS,
    KINDS,
    LINKS,
    VALUES,
    VERBS,
)

__all__ = [
    "ADMINISTERED",
    "FIELDS",
    "KINDS",
    "LINKS",
    "MOST_EXPORTED",
    "MOST_IN_WORKBOOK",
    "VALUES",
    "VERBS",
    "Change",
    "HistoryPage",
    "Line",
    "Wanted",
    "actor_name",
    "difference",
    "exported",
    "for_subject",
    "history",
    "subject",
    "subject_history",
    "teams",
    "told",
]
