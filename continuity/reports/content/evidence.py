"""The evidence register: every proof and drill of a period, with what can be checked."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import Team
from continuity.inventory.models import Proof, ProofFile
from continuity.outages.models import JournalEntry, Outage
from continuity.outages.queries.results import SHOWN, Summary, summaries
from continuity.reports.content.common import INSTANT, common, day, instant, scope, seconds
from continuity.reports.models import Report, ReportState

CHUNK = 500


def evidence(report: Report) -> dict[str, Any]:
    """Return the facts of the register of a team, or of the organisation, as of its
    cut-off. Raises ValueError if no period was asked for."""
    if report.since is None:
        raise ValueError("a register is about a period")
    teams = Team.objects.all()
    if report.team is not None:
        teams = teams.filter(Q(pk=report.team.pk) | Q(parent=report.team))
    until = report.until or report.cut_off
    proofs = _proofs(teams, report.since, until)
    drills = _drills(teams, report.since, until)
    standing = Counter(row["standing"] for row in proofs)
    rehearsals = sum(row["is_drill"] for row in drills)
    about = scope(report)
    return {
        **common(report, title=_("Evidence register: %(name)s") % about),
        "summary": [_sentence(len(proofs), standing, len(drills))],
        "charts": [],
        "scope": about,
        "period": {"first": day(report.since), "last": day(until - INSTANT)},
        "figures": {
            "proofs": len(proofs),
            **{key: standing[key] for key in ("counts", "failed", "expired", "ended")},
            "rehearsals": rehearsals,
            "real": len(drills) - rehearsals,
        },
        "proofs": proofs,
        "drills": drills,
    }


def _sentence(proofs: int, standing: Mapping[str, int], drills: int) -> str:
    said = ngettext(
        "%(count)d proof was given in the period; %(live)d still count.",
        "%(count)d proofs were given in the period; %(live)d still count.",
        proofs,
    ) % {"count": proofs, "live": standing["counts"]}
    ended = ngettext(
        "%(count)d drill or outage ended in it.",
        "%(count)d drills and outages ended in it.",
        drills,
    ) % {"count": drills}
    return f"{said} {ended}"


def _proofs(
    teams: QuerySet[Team], since: datetime, until: datetime
) -> list[dict[str, Any]]:
    rows = (
        Proof.objects.filter(
            alternative__dependency__workflow__team__in=teams.values("pk"),
            shown_at__gte=since,
            shown_at__lte=until,
        )
        .select_related(
            "by", "alternative__tool", "alternative__dependency__tool",
            "alternative__dependency__workflow__team",
        )
        .order_by("shown_at", "pk")
    )  # fmt: skip
    proofs = list(rows)
    files = {
        file.pk: hashlib.sha256(bytes(file.content)).hexdigest()
        for file in ProofFile.objects.filter(
            proof__in=[proof.pk for proof in proofs if proof.file_name]
        ).iterator(CHUNK)
    }
    return [_proof(proof, files.get(proof.pk, ""), until) for proof in proofs]


def _proof(proof: Proof, file_sha256: str, now: datetime) -> dict[str, Any]:
    dependency = proof.alternative.dependency
    why = " – ".join(
        filter(None, [str(proof.get_ended_reason_display() or ""), proof.ended_note])
    )
    row = {
        "number": proof.pk,
        "shown_at": instant(proof.shown_at),
        "source": str(proof.get_source_display()),
        "team": dependency.workflow.team.name,
        "workflow": dependency.workflow.name,
        "tool": dependency.tool.name,
        "alternative": str(proof.alternative),
        "by": str(proof.by or ""),
        "worked": proof.works,
        "switch_seconds": seconds(proof.switch_after),
        "minimum_seconds": seconds(proof.minimum_after),
        "capacity_percent": proof.capacity,
        "expires_on": day(proof.expires_at),
        "standing": _standing(proof, now),
        "ended_on": day(proof.ended_at) if proof.ended_at else None,
        "ended_why": why,
        "note": proof.note,
        "file": proof.file_name,
        "file_sha256": file_sha256,
    }
    return {**row, "sha256": _digest(_record(proof, file_sha256))}


def _digest(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a record as JSON with sorted keys and no blanks."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _record(proof: Proof, file_sha256: str) -> dict[str, Any]:
    """Return what a proof was when it was given: the same in every language and zone,
    and whatever is renamed or expires later."""
    return {
        "proof": proof.pk,
        "alternative": proof.alternative_id,
        "source": proof.source,
        "shown_at": f"{proof.shown_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "worked": proof.works,
        "by": proof.by_id,
        "switch_seconds": seconds(proof.switch_after),
        "minimum_seconds": seconds(proof.minimum_after),
        "capacity_percent": proof.capacity,
        "quality_percent": proof.quality,
        "note": proof.note,
        "file_sha256": file_sha256,
        "runbook_version": proof.runbook_version,
    }


def _standing(proof: Proof, now: datetime) -> str:
    if proof.ended_at is not None and proof.ended_at <= now:
        return "ended"
    if proof.expires_at <= now:
        return "expired"
    return "counts" if proof.works else "failed"


def _drills(
    teams: QuerySet[Team], since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """Return what ended in the period, in the order of its end. Of what takes in other
    teams too all recoveries are counted: it has one journal."""
    reached = Outage.teams.through.objects.filter(team__in=teams.values("pk"))
    outages = list(
        Outage.objects.filter(
            pk__in=reached.values("outage"),
            state__in=SHOWN,
            ended_at__gte=since,
            ended_at__lte=until,
        )
        .select_related("facilitator", "drill")
        .prefetch_related("teams")
        .order_by("ended_at", "pk")
    )
    keys = [outage.pk for outage in outages]
    counted = summaries(keys, now=until)
    heads = dict(
        JournalEntry.objects.filter(
            outage__in=keys, number=F("outage__entries")
        ).values_list("outage", "hash")
    )
    reports = _reports(keys)
    return [
        _drill(outage, counted.get(outage.pk), heads.get(outage.pk, ""), reports[outage.pk])
        for outage in outages
    ]


def _drill(
    outage: Outage, counted: Summary | None, head: str, reports: list[dict[str, Any]]
) -> dict[str, Any]:
    drill = getattr(outage, "drill", None)
    if outage.occurred_at is None or outage.ended_at is None:
        raise ValueError("what is over began and ended")
    return {
        "number": outage.pk,
        "title": outage.title,
        "is_drill": drill is not None,
        "kind": _("Real outage") if drill is None else str(drill.get_type_display()),
        "facilitator": str(outage.facilitator or ""),
        "teams": sorted(team.name for team in outage.teams.all()),
        "started_at": instant(outage.occurred_at),
        "ended_at": instant(outage.ended_at),
        **{
            key: getattr(counted, name) if counted else 0
            for key, name in (
                ("recoveries", "total"), ("recovered", "recovered"), ("met", "met"),
                ("missed", "missed"), ("not_shown", "not_shown"), ("excused", "excused"),
            )
        },
        "entries": outage.entries,
        "journal_head": head,
        "reports": reports,
    }  # fmt: skip


def _reports(outages: Iterable[int]) -> Mapping[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = (
        Report.objects.filter(outage__in=list(outages), state=ReportState.DONE)
        .order_by("finished_at", "pk")
        .values_list("outage", "version", "language", "facts_sha256")
    )
    for outage, version, language, sha in rows:
        found[outage].append(
            {"version": version, "language": language, "facts_sha256": sha}
        )
    return found
