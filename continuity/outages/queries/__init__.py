"""What pages, reports and other apps read of outages, each in a fixed number of queries."""

from continuity.outages.queries.board import Board, board, real_outages, seen_by_users
from continuity.outages.queries.journal import JournalLine, breaks, digest, lines
from continuity.outages.queries.live import Live, live, people
from continuity.outages.queries.results import (
    Line,
    Measured,
    Results,
    Summary,
    history_of,
    measured,
    moments_of,
    pauses_of,
    recoveries_between,
    results,
    summaries,
)
from continuity.outages.queries.scope import Reach, affected, in_scope, reach

__all__ = [
    "Board",
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
    "history_of",
    "in_scope",
    "lines",
    "live",
    "measured",
    "moments_of",
    "pauses_of",
    "people",
    "reach",
    "real_outages",
    "recoveries_between",
    "results",
    "seen_by_users",
    "summaries",
]
