"""The fixed words of the evidence register."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVIDENCE: Final[dict[str, Promise]] = {
    "evidence_register": _("Evidence register"),
    "evidence_lead": _(
        "Every proof and every drill of the period, those that expired or failed too, each"
        " with a hash that shows a later change."
    ),
    "proofs": _("Proofs"),
    "proofs_tile_note": _("given in the period"),
    "standing_counts": pgettext_lazy("proof", "Counts"),
    "standing_failed": pgettext_lazy("proof", "Did not work"),
    "standing_expired": pgettext_lazy("proof", "Expired"),
    "standing_ended": pgettext_lazy("proof", "Ended"),
    "counts_note": _("at the cut-off"),
    "expired_note": _("their time has run out"),
    "ended_note": _("what they proved has changed"),
    "failed_note": _("shown not to work"),
    "rehearsals": _("Drills that ended"),
    "rehearsals_note": _("practice"),
    "real_outages": _("Real outages"),
    "real_note": _("declared and ended"),
    "how_to_check": _("How to check a line"),
    "check_proof": _(
        "The hash of a proof is the SHA-256 of its record as it was given: who, when, what"
        " came of it, and the hash of its file. It stays the same when a proof expires or"
        " a workflow is renamed."
    ),
    "check_journal": _(
        "Each entry of a journal carries the hash of the one before it. The hash of the"
        " last entry therefore covers the whole journal, which nobody can rewrite; the"
        " command check_journal of the installation recomputes it."
    ),
    "check_report": _(
        "The hash of a report is that of the facts it was made from, printed on each of its"
        " pages."
    ),
    "proof_when": _("No., shown"),
    "proof_what": _("Workflow, alternative"),
    "proof_who": _("From, by whom"),
    "proof_result": _("Result"),
    "proof_standing": _("Standing, hash"),
    "nobody": _("nobody named"),
    "worked": _("It worked"),
    "did_not_work": _("It did not work"),
    "switched_in": _("switched in {length}"),
    "minimum_in": _("minimum level in {length}"),
    "ended_on": _("ended {date}"),
    "file_kept": _("File: {name}"),
    "no_proofs": _("No proof was given in this period."),
    "drills_and_outages": _("Drills and outages"),
    "drill_when": _("No., ended"),
    "drill_what": _("What it was"),
    "drill_result": _("Recoveries"),
    "drill_hashes": _("Journal and reports"),
    "counted": _("{n} of {m} recovered"),
    "verdicts": _("met {met}, missed {missed}, not shown {open}, excused {excused}"),
    "journal_of": _("Journal, {n} entries"),
    "report_of": _("Report, version {n}, {language}"),
    "no_report": _("no report made"),
    "no_evidence_drills": _("No drill and no outage ended in this period."),
}
