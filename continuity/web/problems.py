"""What a refused rule says to a person: one table from code to translated sentence.

The domain speaks English to developers and cannot import gettext. Its errors carry a
code and the fields of the sentence; the words are here, for pages and scripts alike.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.domain.errors import ContinuityError
from continuity.web import formats

GENERAL: Final[Promise] = _("This was refused. Reload the page and try again.")

SENTENCES: Final[Mapping[str, Promise]] = {
    "refused": GENERAL,
    "illegal_transition": _(
        "You cannot %(event)s this now: it is %(state)s. "
        "Reload the page to see where it stands."
    ),
    "out_of_order": _(
        "These times are out of order: “%(later)s” cannot come before “%(earlier)s”. "
        "Check both."
    ),
    "not_running:after_end": _(
        "This was pressed after the end (%(ended_at)s), so it does not count. Nothing was "
        "recorded."
    ),
    "not_running:paused": _(
        "This was pressed during a pause, while the clocks stood still. Nothing was "
        "recorded; press again when it goes on."
    ),
    "not_running": _(
        "It is not running, so nothing can be recorded. Reload the page to see why."
    ),
    "real_outage": _(
        "A tool in this drill fails for real (“%(title)s”), so it cannot start. Work on "
        "the outage, and hold the drill another day."
    ),
    "withdrawn_without_reason": _("Say why it was a false alarm."),
    "already_live": _(
        "This is declared already, as “%(title)s”. Join that outage instead, so that "
        "everybody looks at the same clocks."
    ),
    "onset_ahead": _("The onset lies in the future. Choose when it began, or now."),
    "no_tool_left": _("An outage has at least one tool. Choose one, or withdraw it."),
    "none_of_yours": _(
        "No work of your teams falls with these tools. Choose others, or ask a manager to "
        "declare it."
    ),
    "too_late_to_take_up": _(
        "It was over more than a day ago. Declare a new outage instead."
    ),
    "too_many_pictures": _(
        "There are %(most)s pictures of this workflow already, as many as are kept."
    ),
    "plays_away": _(
        "You play being away in this drill: your deputy does it. Watch, and note what you "
        "see."
    ),
    "invalid_injects": _("This list of injects contradicts itself. Check their numbers."),
    "already_recorded": _("This was recorded already, at %(at)s."),
    "last_administrator": _(
        "This is the last administrator. Make somebody else one first."
    ),
    "own_account": _("You cannot close your own account. Somebody else has to do it."),
    "team_in_use": _(
        "This team still has workflows, drills or teams. Move or archive them first."
    ),
    "logo_refused": _("This picture cannot be used. Choose a PNG or JPEG file."),
    "logo_refused:size": _("This file is larger than 1 MB. Make the picture smaller."),
    "logo_refused:kind": _(
        "This is neither a PNG nor a JPEG, whatever its name says. Save the logo as a PNG."
    ),
    "logo_refused:pixels": _(
        "This picture has too many pixels. Make it 1,200 by 400 or smaller."
    ),
    "undo_too_late": _("It is too late to undo this. Ask the facilitator to correct it."),
    "invalid_rule": _(
        "This repetition cannot be understood. Choose how often and until when again."
    ),
    "invalid_rule:too_often": _(
        "This repeats more often than drills can. Choose days, weeks, months or years."
    ),
    "invalid_rule:too_many": _("This repeats too many times. Choose a smaller number."),
    "invalid_rule:never": _("This never comes to pass. Choose other days or a later end."),
    "invalid_rule:zone": _("This time zone is not known. Choose one of the list."),
    "invalid_rule:start": _("The first date is too far away. Choose a nearer one."),
    "invalid_script": _(
        "This scenario contradicts itself. Check the order and the times of its phases."
    ),
    "targets_contradict": _("RTO, WRT and MTPD do not fit together. Check all three."),
    "targets_contradict:rto_over_mtpd": _(
        "The RTO must not be longer than the MTPD (%(mtpd)s): shorten the RTO to "
        "%(at_most)s at most."
    ),
    "targets_contradict:rto_leaves_no_wrt": _(
        "RTO and WRT together must not be longer than the MTPD (%(mtpd)s): with a WRT of "
        "%(wrt)s, shorten the RTO to %(at_most)s at most."
    ),
    "targets_contradict:wrt_leaves_no_rto": _(
        "The WRT leaves no time for the RTO before the MTPD (%(mtpd)s): shorten the WRT "
        "to %(at_most)s at most."
    ),
    "reason_needed": _("Say why: this is not what the ratings give."),
    "invalid_hours": _(
        "These hours cannot be understood. Write them as in Mon-Fri 08:00-18:00."
    ),
    "invalid_hours:unreadable": _(
        "“%(part)s” cannot be understood. Write days and then hours, as in "
        "Mon-Fri 08:00-18:00."
    ),
    "invalid_hours:no_day": _(
        "“%(part)s” has no day. Write the days before it, as in Mon-Fri 08:00-18:00."
    ),
    "invalid_hours:no_time": _(
        "“%(part)s” has no hours. Write them after the days, as in Mon-Fri 08:00-18:00."
    ),
    "invalid_hours:not_a_time": _("“%(part)s” is not a time of day."),
    "invalid_hours:no_length": _(
        "“%(part)s” begins and ends at the same time. For day and night write 24/7."
    ),
    "invalid_hours:zone": _("This time zone is not known. Choose one of the list."),
    "scale_name_taken": _("There is another one called “%(name)s”."),
    "scale_full": _("There are %(most)s already, as many as the form can show."),
    "level_in_use": _(
        "“%(name)s” cannot be removed: workflows are rated with it (%(count)s). "
        "Rename it instead, or rate those workflows otherwise first."
    ),
    "tolerance_turns_back": _(
        "“%(worse)s” is worse than “%(milder)s”, which is not tolerable: it cannot be "
        "tolerable. Change that one first."
    ),
    "unknown_component": _(
        "No component of the scenario is called “%(component)s”. Choose one of those above."
    ),
    "conflict": _(
        "Someone else changed this at the same moment. Reload the page and try again."
    ),
    "import_in_use": _(
        "This import cannot be undone as a whole, so nothing was undone: %(names)s."
    ),
    "import_gave_up": _(
        "The import was begun three times and never came to its end, so nothing was "
        "written. Split the file and import the parts one by one."
    ),
    "import_check_gave_up": _(
        "The check was begun three times and never came to its end. Check again, or split "
        "the file and import the parts one by one."
    ),
    "too_long_for_workbook": _(
        "A workbook cannot hold this: a cell of “%(column)s” in the table “%(table)s” has "
        "more than 32,767 characters. Nothing was cut off; export as CSV or JSON instead."
    ),
    "too_long_for_workbook:rows": _(
        "A workbook cannot hold this: the table “%(table)s” has more than 1,048,575 rows. "
        "Nothing was cut off; export as CSV or JSON instead."
    ),
    "no_picture": _(
        "The picture of this chart could not be made just now. Take the chart as SVG, or "
        "try again in a minute."
    ),
    "name_taken": _(
        "The team has another workflow called “%(name)s” by now. Rename that one first."
    ),
    "proven_otherwise": _(
        "Its proofs are of %(name)s. Add the other tool as an alternative of its own."
    ),
    "proof_over": _("This proof counts no more already, so nothing was changed."),
    "word_stands": _(
        "Only your own word can be taken back, within twelve hours. Whoever may edit the "
        "workflow can end it later, on its page of evidence."
    ),
    "already_alternative": _(
        "%(name)s is one of the alternatives here. Remove it from those first."
    ),
    "spelling_taken": _("“%(name)s” already means %(tool)s."),
    "report_approved": _(
        "The report of this drill is approved, so nothing in it changes. A manager can "
        "open it again."
    ),
    "no_report": _("This drill has no report: it has not ended, or it was called off."),
    "finding_has_actions": _(
        "Somebody works on this finding (actions: %(count)s), so it stays in the report."
    ),
    "action_closed": _("This action is closed. Take it up again first."),
    "no_retest": _(
        "No later drill shows that it helped. Wait for one that meets its target, or "
        "close it with a reason."
    ),
    "view_exists": _("You have a view called “%(name)s” already. Choose another name."),
    "too_many_tokens": _(
        "You have %(most)s tokens, as many as one may have. Take one back first."
    ),
    "token_name_taken": _(
        "You have a token called “%(name)s” already. Choose another name, or take that one "
        "back first."
    ),
    "cannot_bring_back": _(
        "“%(name)s” cannot be brought back: it does not fit what is there now. "
        "Look at the history for what has changed."
    ),
    "cannot_bring_back:parent_gone": _(
        "“%(name)s” cannot be brought back: “%(parent)s”, to which it belonged, is gone. "
        "Bring that back first."
    ),
    "cannot_bring_back:taken": _(
        "“%(name)s” cannot be brought back: another one has its name or place by now. "
        "Rename or remove that one first."
    ),
    "cannot_bring_back:gone_for_good": _(
        "This was deleted more than 30 days ago and cannot be brought back any more."
    ),
    "not_allowed_now:no_window": _(
        "It has begun or is no surprise, so there is no window to move."
    ),
    "not_allowed_now:window_past": _(
        "The window has to lie ahead: choose a later day or time."
    ),
    "not_allowed_now:window_taken": _(
        "Another drill of this schedule is due then: choose another time."
    ),
    "not_allowed_now:window_approved": _(
        "A manager approved this drill for its window: ask a manager to move it."
    ),
    "not_allowed_now:no_drill": _(
        "No drill of this workflow is planned any more. Plan the proposed one, or decline "
        "it with a reason."
    ),
    "not_allowed_now": _(
        "This is not possible at this moment. Reload the page to see what has changed."
    ),
}

NOT_ALLOWED: Final[Mapping[str, Promise]] = {
    "opened": _(
        "This address takes what a button or a form sends and cannot be opened by itself. "
        "Nothing was changed. Go back and press the button there."
    ),
    "sent": _(
        "Nothing can be sent to this address, so nothing was changed. Open the page and "
        "try again from there."
    ),
}
"""What is said where the method of a request is not one that its address takes."""

WORDS: Final[Mapping[str, Mapping[str, Promise]]] = {
    "state": {
        "draft": pgettext_lazy("it is …", "a draft"),
        "approved": pgettext_lazy("it is …", "approved"),
        "planned": pgettext_lazy("it is …", "planned"),
        "running": pgettext_lazy("it is …", "running"),
        "paused": pgettext_lazy("it is …", "paused"),
        "ended": pgettext_lazy("it is …", "ended"),
        "reviewed": pgettext_lazy("it is …", "reviewed"),
        "aborted": pgettext_lazy("it is …", "aborted"),
        "missed": pgettext_lazy("it is …", "missed"),
        "due": pgettext_lazy("it is …", "due for review"),
        "archived": pgettext_lazy("it is …", "archived"),
    },
    "event": {
        "approve": pgettext_lazy("you cannot … this", "approve"),
        "plan": pgettext_lazy("you cannot … this", "plan"),
        "start": pgettext_lazy("you cannot … this", "start"),
        "pause": pgettext_lazy("you cannot … this", "pause"),
        "resume": pgettext_lazy("you cannot … this", "resume"),
        "mark": pgettext_lazy("you cannot … this", "record a time in"),
        "note": pgettext_lazy("you cannot … this", "write a note on"),
        "end": pgettext_lazy("you cannot … this", "end"),
        "abort": pgettext_lazy("you cannot … this", "abort"),
        "review": pgettext_lazy("you cannot … this", "close the review of"),
        "reopen": pgettext_lazy("you cannot … this", "open the review of"),
        "miss": pgettext_lazy("you cannot … this", "give up"),
        "take_up": pgettext_lazy("you cannot … this", "take up again"),
        "change": pgettext_lazy("you cannot … this", "change"),
        "archive": pgettext_lazy("you cannot … this", "archive"),
        "restore": pgettext_lazy("you cannot … this", "bring back"),
    },
    "clock": {
        "start": _("Start"),
        "end": _("End"),
        "occurred": pgettext_lazy("clock of a recovery", "Onset"),
        "detected": pgettext_lazy("clock of a recovery", "Detected"),
        "acknowledged": pgettext_lazy("clock of a recovery", "Acknowledged"),
        "decided": pgettext_lazy("clock of a recovery", "Decided"),
        "switched": pgettext_lazy("clock of a recovery", "Switched"),
        "minimum": pgettext_lazy("clock of a recovery", "Working again"),
        "full": pgettext_lazy("clock of a recovery", "Full service"),
        "returned": pgettext_lazy("clock of a recovery", "Back on the usual tool"),
    },
}
MEANING: Final[Mapping[str, str]] = {
    "state": "state",
    "event": "event",
    "earlier": "clock",
    "later": "clock",
}
"""Which table of words a field of an error is read from."""


def sentence(error: ContinuityError) -> str:
    """Return what `error` says to a person, in the active language.

    A `reason` among its fields gives a closer sentence where there is one. A code
    without a sentence, or an error that lacks a field its sentence needs, gives
    the general one: a refusal must never become a 500.
    """
    fields = {name: _said(name, value) for name, value in error.fields.items()}
    closer = SENTENCES.get(f"{error.code}:{error.fields.get('reason')}")
    try:
        return str(closer or SENTENCES.get(error.code, GENERAL)) % fields
    except KeyError:
        return str(GENERAL)


def _said(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return f"{formats.day(value)} {formats.moment(value)}"
    if isinstance(value, timedelta):
        return formats.duration(value)
    words = WORDS.get(MEANING.get(name, ""), {})
    key = str(value).removesuffix("_at")
    return str(words.get(key, value))
