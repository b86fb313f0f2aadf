"""The facts of a report: read once, in the reader's language, as plain JSON.

What goes in is defined in `reports/pdf/facts.py`; nothing here knows the PDF engine.
Called under the reader's language and time zone, which the service sets.
"""

from continuity.reports.content.after_action import after_action
from continuity.reports.content.changes import changes
from continuity.reports.content.common import zone_of
from continuity.reports.content.continuity import continuity
from continuity.reports.content.evidence import evidence
from continuity.reports.content.pack import grab_pack, team_plan

__all__ = [
    "after_action",
    "changes",
    "continuity",
    "evidence",
    "grab_pack",
    "team_plan",
    "zone_of",
]
