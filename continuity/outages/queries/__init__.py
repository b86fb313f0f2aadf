"""What pages, reports and other apps read of outages, each in a fixed number of queries."""

from continuity.outages.queries.board import (
    Board,
    board,
    drills_held,
    real_outages,
    seen_by_users,
)
from continuity.outages.queries.journal import JournalLine, breaks, digest, lines
from continuity.outages.queries.listing import Entry, entries
from continuity.outages.queries.live import Live, live, people
from continuity.outages.queries.real import ended_since, live_with, touching
from continuity.outages.queries.results import (
    Line,
    Measured,
    Results,
    Summary,
    history_of,
    measured,
    moments_of,
    pauses_of,
    record_of_tool,
    recoveries_between,
    results,
    summaries,
)
from continuity.outages.queries.scope import Reach, affected, in_scope, reach

__all__ = [
    "Board",
    "Entry",
    "JournalLine",
    "Line",
    "Live",
    "Measured",
    "Reach",
    "Results",
    "Summary",
    "affected",
    "board",
    "breaks",
    "digest",
    "drills_held",
    "ended_since",
    "entries",
    "history_of",
    "in_scope",
    "lines",
    "live",
    "live_with",
    "measured",
    "moments_of",
    "pauses_of",
    "people",
    "reach",
    "real_outages",
    "record_of_tool",
    "recoveries_between",
    "results",
    "seen_by_users",
    "summaries",
    "touching",
]
