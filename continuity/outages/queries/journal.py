"""The journal: its lines in the reader's language, and the chain that guards them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.outages.models import (
    ABORT_REASONS,
    CLOCK_LABELS,
    EntryKind,
    JournalEntry,
    Outage,
)
from continuity.outages.queries.board import words_of
from continuity.web import formats

PER_PAGE: Final = 50
LATE: Final = timedelta(seconds=5)
"""A press that arrives later than this after it was made is called late."""

PRESSED: Final = frozenset(
    {EntryKind.MARK, EntryKind.NOTE, EntryKind.STUCK, EntryKind.PICTURE}
)
"""What a device may have kept for a while before it could be sent."""


def digest(entry: JournalEntry) -> str:
    """Return the SHA-256 that `entry` must carry: over all it says and the hash before.

    Canonical JSON: sorted keys, no spaces, instants in UTC with microseconds.
    """
    said = {
        "outage": entry.outage_id,
        "number": entry.number,
        "kind": entry.kind,
        "at": _instant(entry.at),
        "received_at": _instant(entry.received_at),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "recovery": entry.recovery_id,
        "data": entry.data,
        "previous": entry.previous_hash,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry of an outage's journal that does not fit the ones before it.

    `number` is one past the last entry where lines are missing at the end.
    """

    outage: int
    number: int
    reason: str


def breaks() -> Iterator[Break]:
    """Walk all chains and yield where each broken one breaks. Reads row by row."""
    counted: dict[int, int] = dict(Outage.objects.values_list("pk", "entries"))
    walked: dict[int, tuple[int, str]] = {}
    broken: set[int] = set()
    rows = JournalEntry.objects.order_by("outage_id", "number").iterator(chunk_size=2000)
    for entry in rows:
        if entry.outage_id in broken:
            continue
        number, previous = walked.get(entry.outage_id, (0, ""))
        reason = ""
        if entry.number != number + 1:
            reason = f"entry {number + 1} is missing"
        elif entry.previous_hash != previous:
            reason = "it does not follow the entry before it"
        elif entry.hash != digest(entry):
            reason = "it is not what was written"
        if reason:
            broken.add(entry.outage_id)
            yield Break(entry.outage_id, entry.number, reason)
        walked[entry.outage_id] = (entry.number, entry.hash)
    for outage, entries in counted.items():
        last, _previous = walked.get(outage, (0, ""))
        if outage not in broken and last != entries:
            yield Break(
                outage, last + 1, f"{entries} entries were written, {last} are there"
            )


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line, ready to be read. `late` is when it arrived, if that was much later."""

    number: int
    kind: str
    at: datetime
    text: str | Promise
    detail: str
    by: str | Promise
    late: datetime | None
    guessed: bool
    icon: str
    arrival: str = ""
    picture: int | None = None


ICONS: Final[Mapping[str, str]] = {
    EntryKind.PLANNED: "calendar",
    EntryKind.STARTED: "play",
    EntryKind.PHASE: "alert",
    EntryKind.MARK: "check",
    EntryKind.UNDO: "undo",
    EntryKind.STEP: "check",
    EntryKind.STEP_UNDO: "undo",
    EntryKind.NOTE: "note",
    EntryKind.PICTURE: "image",
    EntryKind.PAUSED: "pause",
    EntryKind.RESUMED: "play",
    EntryKind.EXCUSED: "minus",
    EntryKind.STUCK: "help",
    EntryKind.UNSTUCK: "check",
    EntryKind.HANDED: "people",
    EntryKind.DRAFTED: "edit",
    EntryKind.APPROVED: "check",
    EntryKind.INJECT: "mail",
    EntryKind.INJECT_PLAN: "edit",
    EntryKind.SPEED: "clock",
    EntryKind.ENDED: "stop",
    EntryKind.ABORTED: "x",
    EntryKind.MISSED: "clock",
    EntryKind.JOINED: "people",
    EntryKind.TOOLS: "tool",
    EntryKind.ONSET: "edit",
    EntryKind.TAKEN_UP: "undo",
}


def lines(
    outage: Outage, *, before: int | None = None, limit: int = PER_PAGE
) -> tuple[JournalLine, ...]:
    """Return the newest lines first; `before` a number gives the ones older than it.

    One query.
    """
    rows: QuerySet[JournalEntry] = outage.journal.select_related(
        "recovery__workflow", "recovery__tool"
    ).order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    return tuple(line_of(row, is_drill=outage.is_drill) for row in rows[:limit])


def line_of(entry: JournalEntry, *, is_drill: bool) -> JournalLine:
    text, detail = _said(entry, is_drill=is_drill)
    return JournalLine(
        number=entry.number,
        kind=entry.kind,
        at=entry.at,
        text=text,
        detail=detail,
        by=_who(entry),
        late=(
            entry.received_at
            if entry.kind in PRESSED and entry.received_at - entry.at > LATE
            else None
        ),
        guessed=entry.data.get("exact") is False,
        icon=ICONS.get(entry.kind, "note"),
        arrival=entry.data.get("arrival", ""),
        picture=entry.data.get("picture"),
    )


def _who(entry: JournalEntry) -> str | Promise:
    """Return who did it, and how they were there: as deputy, for whom, by link."""
    data: Mapping[str, Any] = entry.data
    who: str | Promise = entry.actor_name
    if data.get("deputy"):
        who = _("%(name)s as deputy of %(lead)s") % {"name": who, "lead": data["for"]}
    elif data.get("for"):
        who = _("%(name)s for %(lead)s") % {"name": who, "lead": data["for"]}
    if data.get("by_link"):
        who = _("%(name)s, by link") % {"name": who}
    return who


PLAIN: Final[Mapping[tuple[str, bool], Promise]] = {
    (EntryKind.PLANNED, True): _("Drill planned"),
    (EntryKind.PLANNED, False): _("Outage planned"),
    (EntryKind.DRAFTED, True): _("Draft of a drill made: a manager has to approve it"),
    (EntryKind.APPROVED, True): _("Drill approved"),
    (EntryKind.STARTED, True): _("Drill started"),
    (EntryKind.STARTED, False): _("Outage declared"),
    (EntryKind.PAUSED, True): _("Drill paused, all clocks stand still"),
    (EntryKind.PAUSED, False): _("Paused, all clocks stand still"),
    (EntryKind.RESUMED, True): _("Drill goes on"),
    (EntryKind.RESUMED, False): _("The clocks go on"),
    (EntryKind.ABORTED, True): _("Drill aborted; it proves nothing"),
    (EntryKind.ABORTED, False): _("Withdrawn: a false alarm"),
    (EntryKind.MISSED, True): _("Drill missed: nobody was there to run it at its time"),
    (EntryKind.MISSED, False): _("Missed"),
}
MARKED: Final[Mapping[str, Promise]] = {
    "detected": _("%(workflow)s: detected"),
    "acknowledged": _("%(workflow)s: acknowledged"),
    "decided": _("%(workflow)s: decided"),
    "switched": _("%(workflow)s: switched"),
    "minimum": _("%(workflow)s: working again"),
    "full": _("%(workflow)s: full service"),
    "returned": _("%(workflow)s: back on the usual tool"),
}

LISTED: Final[Mapping[str, Promise]] = {
    "added": _("Inject %(number)s added"),
    "changed": _("Inject %(number)s changed"),
    "skipped": _("Inject %(number)s skipped"),
    "recorded": _("Inject %(number)s: what was done is recorded"),
}
"""What was done to the list. Its words stay hidden: they may be still to come."""

DECIDED: Final[Mapping[str, Promise]] = {
    "stay": _("%(workflow)s: decided to stay"),
    "switch": _("%(workflow)s: decided to switch"),
}


def _said(entry: JournalEntry, *, is_drill: bool) -> tuple[str | Promise, str]:
    """Return the sentence of an entry and what stands smaller beneath it."""
    data: Mapping[str, Any] = entry.data
    workflow = str(entry.recovery.workflow) if entry.recovery is not None else ""
    match entry.kind:
        case EntryKind.MARK if data.get("decision"):
            return str(DECIDED[data["decision"]]) % {"workflow": workflow}, ""
        case EntryKind.STUCK:
            return _("%(workflow)s: stuck") % {"workflow": workflow}, data["reason"]
        case EntryKind.UNSTUCK:
            text = _("%(workflow)s: not stuck any more") % {"workflow": workflow}
            return text, data["reason"]
        case EntryKind.HANDED:
            text = _("%(workflow)s: handed over to %(name)s") % {
                "workflow": workflow,
                "name": data["to"],
            }
            return text, ""
        case EntryKind.MARK:
            text = str(MARKED[data["clock"]]) % {"workflow": workflow}
            return text, data.get("alternative", "")
        case EntryKind.UNDO:
            label = CLOCK_LABELS[data["clock"]]
            return (
                _("%(workflow)s: “%(clock)s” taken back")
                % {"workflow": workflow, "clock": label},
                "",
            )
        case EntryKind.STEP:
            return _("%(workflow)s: step done") % {"workflow": workflow}, data["step"]
        case EntryKind.STEP_UNDO:
            text = _("%(workflow)s: step not done after all") % {"workflow": workflow}
            return text, data["step"]
        case EntryKind.EXCUSED:
            return _("%(workflow)s: excused") % {"workflow": workflow}, data["reason"]
        case EntryKind.NOTE:
            if not workflow:
                return data["text"], ""
            return _("%(subject)s: %(text)s") % {
                "subject": workflow,
                "text": data["text"],
            }, ""
        case EntryKind.PICTURE:
            return _("%(workflow)s: picture") % {"workflow": workflow}, data["caption"]
        case EntryKind.INJECT:
            language = "fr" if get_language() == "fr" else "en"
            sender, text = data[f"sender_{language}"], data[f"text_{language}"]
            said = {"number": data["number"], "sender": sender}
            return _("Inject %(number)s from %(sender)s") % said, text
        case EntryKind.INJECT_PLAN:
            return str(LISTED[data["what"]]) % {"number": data["number"]}, ""
        case EntryKind.SPEED:
            said = {"speed": data["speed"]}
            return _("The scenario goes on at %(speed)s ×") % said, ""
        case EntryKind.ABORTED if data.get("reason"):
            reason = str(ABORT_REASONS.get(data["reason"], data["reason"]))
            return PLAIN[entry.kind, is_drill], reason
        case EntryKind.PHASE:
            names = ", ".join(data["tools"]) or data["component"]
            note = data.get("note_fr" if get_language() == "fr" else "note_en", "")
            words = words_of(data)
            return _("%(subject)s: %(text)s") % {"subject": names, "text": words}, note
        case EntryKind.STARTED if data.get("onset"):
            at = formats.day_time(datetime.fromisoformat(data["onset"]))
            since = _("Since %(at)s") % {"at": at}
            return PLAIN[entry.kind, is_drill], since
        case EntryKind.JOINED:
            return _("%(name)s has joined") % {"name": entry.actor_name}, data["seen"]
        case EntryKind.TOOLS:
            return _tools(data)
        case EntryKind.ONSET:
            said = {
                name: formats.day_time(datetime.fromisoformat(data[name]))
                for name in ("before", "after")
            }
            text = _("Onset corrected from %(before)s to %(after)s") % said
            return text, data["reason"]
        case EntryKind.TAKEN_UP:
            return _("Not over after all: it goes on"), ""
        case EntryKind.ENDED:
            if data.get("by_itself"):
                return _("Time limit reached: the drill ended by itself"), ""
            return (_("Drill ended") if is_drill else _("Outage over")), ""
        case _:
            return PLAIN[entry.kind, is_drill], ""


def _tools(data: Mapping[str, Any]) -> tuple[str | Promise, str]:
    added, removed = ", ".join(data["added"]), ", ".join(data["removed"])
    if added and removed:
        said = {"added": added, "removed": removed}
        return _("Tools added: %(added)s; taken out: %(removed)s") % said, ""
    if added:
        return _("Tools added: %(added)s") % {"added": added}, ""
    return _("Tools taken out: %(removed)s") % {"removed": removed}, ""
