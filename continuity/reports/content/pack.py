"""What people take along: the grab pack of a workflow or a team, and the team's plan."""

from collections.abc import Iterable
from typing import Any

from continuity.accounts.models import Team
from continuity.accounts.roles import TeamRole
from continuity.inventory.models import RunbookStep
from continuity.inventory.queries import packs
from continuity.reports.content.common import common, instant, seconds
from continuity.reports.models import Report
from continuity.web import markdown


def grab_pack(report: Report) -> dict[str, Any]:
    """Return the facts of a grab pack, as of its cut-off.

    Raises ValueError if the report is about neither a workflow nor a team.
    """
    if report.workflow is not None:
        found = packs.of_workflow(report.workflow, now=report.cut_off)
    elif report.team is not None:
        found = packs.of_team(report.team, now=report.cut_off)
    else:
        raise ValueError("a grab pack is about a workflow or a team")
    return {**common(report, title=found.title), **_pack(found)}


def team_plan(report: Report) -> dict[str, Any]:
    """Return the facts of a team's plan. Raises ValueError if there is no team."""
    if report.team is None:
        raise ValueError("a plan is about a team")
    found = packs.of_team(report.team, now=report.cut_off)
    people = _people(report.team, found)
    return {
        **common(report, title=found.title),
        **_pack(found),
        "leads": [one["name"] for one in people if "lead" in one["roles"]],
        "people": people,
    }


def _pack(found: packs.Pack) -> dict[str, Any]:
    return {
        "summary": [],
        "charts": [],
        "of_team": found.of_team,
        "team": found.team.name,
        "made_at": instant(found.made_at),
        "left_out": found.left_out,
        "parts": [_part(part) for part in found.parts],
    }


def _part(part: packs.Part) -> dict[str, Any]:
    workflow = part.workflow
    return {
        "name": workflow.name,
        "description": workflow.description,
        "team": workflow.team.name,
        "tier": workflow.tier,
        "rto_seconds": seconds(workflow.rto),
        "mtpd_seconds": seconds(workflow.mtpd),
        "mbco_percent": workflow.mbco_percent,
        "mbco": workflow.mbco_words,
        "data_class": workflow.data_class,
        "hours": workflow.hours,
        "contacts": [
            {"name": one.name, "email": one.email, "roles": list(one.keys)}
            for one in part.contacts
        ],
        "dependencies": [
            {
                "tool": dependency.tool.name,
                "without": dependency.without,
                "purpose": dependency.purpose,
                "alternatives": [_fallback(one) for one in fallbacks],
            }
            for dependency, fallbacks in part.dependencies
        ],
    }


def _fallback(one: packs.Fallback) -> dict[str, Any]:
    alternative, proof = one.alternative, one.proof
    proven = proof.status == "proven" and proof.latest is not None
    return {
        "name": str(alternative),
        "status": proof.status,
        "until": instant(proof.latest.expires_at)[:10]
        if proven and proof.latest is not None
        else None,
        "not_approved": one.not_approved,
        "shares": one.shares,
        "capacity_percent": alternative.expected_capacity,
        "limit": alternative.limit,
        "cost": alternative.cost,
        "preconditions": alternative.preconditions,
        "trigger": alternative.trigger,
        "return_criteria": alternative.return_criteria,
        "note": alternative.note,
        "steps": [_step(step) for step in one.steps],
        "expected_seconds": seconds(one.expected),
    }


def _step(step: RunbookStep) -> dict[str, Any]:
    return {
        "text": step.text,
        "role": step.role,
        "expected_seconds": seconds(step.expected),
        "verification": step.verification,
        "way_back": step.way_back,
        "details": [
            {"kind": kind, "text": text} for kind, text in markdown.pieces(step.details)
        ],
    }


def _people(team: Team, found: packs.Pack) -> list[dict[str, Any]]:
    """Return the members with what they answer for, then owners who are no members."""
    owns: dict[int, list[str]] = {}
    stands_in: dict[int, list[str]] = {}
    others = {}
    for part in found.parts:
        workflow = part.workflow
        for person, kept in ((workflow.owner, owns), (workflow.deputy, stands_in)):
            if person is not None:
                kept.setdefault(person.pk, []).append(workflow.name)
                others[person.pk] = person
    rows = []
    for membership in packs.members(team):
        person = membership.user
        others.pop(person.pk, None)
        role = "lead" if membership.role >= TeamRole.LEAD else "member"
        rows.append(_person(person, [role], owns, stands_in))
    outside = sorted(others.values(), key=lambda person: (str(person), person.pk))
    rows += [_person(person, [], owns, stands_in) for person in outside]
    return rows


def _person(
    person: Any,
    roles: Iterable[str],
    owns: dict[int, list[str]],
    deputy: dict[int, list[str]],
) -> dict[str, Any]:
    own, stands_in = owns.get(person.pk, []), deputy.get(person.pk, [])
    return {
        "name": str(person),
        "email": person.email,
        "roles": [
            *roles,
            *(["owner"] if own else []),
            *(["deputy"] if stands_in else []),
        ],
        "owns": own,
        "stands_in": stands_in,
    }
