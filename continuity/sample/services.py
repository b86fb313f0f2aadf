"""The sample organisation: a place to try everything at once.

Its content is `data/sample.yaml`. What happened in its drill goes through the same
services as a real one, with the instants of then: journal, clocks and proofs are genuine.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import yaml
from django.db import transaction
from django.db.models import F

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import OrganisationRole, TeamRole
from continuity.domain.clocks import Clock
from continuity.domain.errors import Conflict
from continuity.drills.models import Drill, DrillType, Scenario, Schedule
from continuity.drills.services import conducting, scenarios, scheduling
from continuity.history.services import record
from continuity.inventory.models import (
    Alternative,
    AlternativeKind,
    DataClass,
    Dependency,
    ImpactCategory,
    ImpactLevel,
    Material,
    RunbookStep,
    Tool,
    Without,
    Workflow,
)
from continuity.inventory.queries import reviews as review_queries
from continuity.inventory.services import catalogue, impact, reviews, tools
from continuity.notifications.models import Notification
from continuity.outages.models import Recovery
from continuity.outages.services import course, marks

CONTENT: Final = Path(__file__).parent / "data" / "sample.yaml"
MARKS: Final = (Clock.ACKNOWLEDGED, Clock.SWITCHED, Clock.MINIMUM)


@transaction.atomic
def load(*, now: datetime) -> tuple[User, str]:
    """Make the sample organisation; return its administrator and the password made up
    for all of its people. It is there to stay: a journal cannot be deleted.

    Raises Conflict once there is anybody. Of two who ask at the same moment the second
    waits for the organisation's row and is then refused, as by `people.services.set_up`.
    """
    content = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    Organisation.objects.get_or_create(pk=1, defaults={"name": ""})
    own = Organisation.objects.select_for_update().get(pk=1)
    if User.objects.exists():
        raise Conflict("There is an administrator already.")
    own.name = content["organisation"]["name"]
    own.zone = content["organisation"]["zone"]
    own.is_sample = True
    own.save(update_fields=["name", "zone", "is_sample"])
    catalogue.load(now)
    scenarios.load(now)
    password = secrets.token_urlsafe(9)
    teams = {name: Team.objects.create(name=name) for name in content["teams"]}
    people = {
        person["name"]: _person(
            person,
            teams,
            zone=content["organisation"]["zone"],
            password=password,
            now=now,
        )
        for person in content["people"]
    }
    administrator = next(
        person
        for person in people.values()
        if person.organisation_role == OrganisationRole.ADMINISTRATOR
    )
    record(
        "organisation.set_up",
        own,
        actor=administrator,
        now=now,
        after={"name": own.name, "is_sample": True},
    )
    made_at = now - timedelta(days=60)
    for entry in content["workflows"]:
        _workflow(entry, teams, people, actor=administrator, now=made_at)
    _approved(actor=administrator, now=made_at + timedelta(days=1))
    for name, seats in content["seats"].items():
        tool = Tool.objects.get(name=name)
        tools.change(tool.pk, fields={"seats": seats}, actor=administrator, now=made_at)
    _held(content["held"], people, actor=administrator, now=now)
    _coming(content["coming"], actor=administrator, now=now)
    return administrator, password


def _person(
    entry: Mapping[str, Any],
    teams: Mapping[str, Team],
    *,
    zone: str,
    password: str,
    now: datetime,
) -> User:
    person = User.objects.create_user(
        entry["email"],
        password,
        name=entry["name"],
        organisation_role=OrganisationRole(entry.get("role", "")),
        zone=zone,
        joined_at=now,
    )
    Membership.objects.bulk_create(
        Membership(user=person, team=teams[team], role=TeamRole[role.upper()])
        for team, role in entry.get("teams", {}).items()
    )
    return person


def _workflow(
    entry: Mapping[str, Any],
    teams: Mapping[str, Team],
    people: Mapping[str, User],
    *,
    actor: User,
    now: datetime,
) -> None:
    least, most = entry.get("people", (None, None))
    workflow = Workflow.objects.create(
        team=teams[entry["team"]],
        name=entry["name"],
        description=entry.get("description", ""),
        owner=people.get(entry.get("owner", "")),
        deputy=people.get(entry.get("deputy", "")),
        tier=entry["tier"],
        rto=_minutes(entry.get("rto")),
        mtpd=_minutes(entry.get("mtpd")),
        mbco_percent=entry.get("mbco"),
        mbco_words=entry.get("mbco_words", ""),
        people_least=least,
        people_most=most,
        data_class=entry.get("data", ""),
        hours=entry.get("hours", ""),
        peak_hours=entry.get("peak", ""),
        cost_per_hour=entry.get("cost_per_hour"),
        created_at=now,
    )
    record(
        "workflow.created",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        after={"name": workflow.name},
    )
    if "impact" in entry:
        _impact(entry, workflow, actor=people[entry["owner"]], now=now)
    for position, use in enumerate(entry.get("tools", ())):
        dependency = Dependency.objects.create(
            workflow=workflow,
            tool=Tool.objects.get(name=use["tool"]),
            purpose=use.get("purpose", ""),
            without=use.get("without", Without.STOPS),
            position=position,
        )
        for rank, alternative in enumerate(use.get("alternatives", ()), start=1):
            _alternative(alternative, dependency, rank)


def _approved(*, actor: User, now: datetime) -> None:
    """Approve what has an owner and a target; the rest shows what a draft is."""
    rows = Workflow.objects.exclude(owner=None).exclude(rto=None)
    found = list(rows.select_related("team"))
    facts = review_queries.facts([row.pk for row in found])
    reviews.approve_all(found, facts, actor=actor, now=now)


def _impact(
    entry: Mapping[str, Any], workflow: Workflow, *, actor: User, now: datetime
) -> None:
    """Rate the workflow, set its WRT and what it may lose, as its owner would have."""
    categories = {row.key: row.pk for row in ImpactCategory.objects.all()}
    levels = {row.key: row.pk for row in ImpactLevel.objects.all()}
    ratings = {
        (categories[category], timedelta(minutes=minutes)): impact.Rated(levels[level])
        for category, begins in entry["impact"].items()
        for level, minutes in begins.items()
    }
    impact.rate(workflow.pk, ratings=ratings, actor=actor, now=now)
    impact.set_targets(
        workflow.pk,
        rto=workflow.rto,
        wrt=_minutes(entry["wrt"]),
        mtpd=workflow.mtpd,
        reason=entry["why"],
        actor=actor,
        now=now,
    )
    points = {
        material: (_minutes(lost), copy)
        for material in Material
        for lost, copy in (entry["lost"].get(material.value, (None, "")),)
    }
    impact.set_recovery_points(workflow.pk, points=points, actor=actor, now=now)


def _alternative(entry: Mapping[str, Any], dependency: Dependency, rank: int) -> None:
    name = entry.get("tool")
    alternative = Alternative.objects.create(
        dependency=dependency,
        rank=rank,
        tool=Tool.objects.get(name=name) if name else None,
        procedure=entry.get("procedure", ""),
        kind=AlternativeKind(entry["kind"]),
        expected_capacity=entry.get("capacity"),
        expected_quality=entry.get("quality"),
        expected_switch=_minutes(entry.get("switch")),
        approved_data=[DataClass(value) for value in entry.get("approved", ())],
    )
    RunbookStep.objects.bulk_create(
        RunbookStep(
            alternative=alternative,
            position=position,
            text=text,
            role=role,
            expected=_minutes(expected),
            verification=verification,
        )
        for position, (text, role, expected, verification) in enumerate(
            entry.get("steps", ()), start=1
        )
    )


def _held(
    entry: Mapping[str, Any], people: Mapping[str, User], *, actor: User, now: datetime
) -> None:
    """Hold the drill of five weeks ago, press by press."""
    zone = ZoneInfo(Organisation.objects.get().zone)
    day = (now - timedelta(days=entry["days_ago"])).astimezone(zone).date()
    began = datetime.combine(day, time(entry["hour"]), zone)
    ended = began + timedelta(minutes=entry["minutes"])
    planned_at = began - timedelta(days=7)
    schedule = _schedule(entry, at=began, zone=zone, speed=1, actor=actor, now=planned_at)
    drill = schedule.drills.get()
    course.start(drill.outage_id, actor=actor, now=began)
    _tell_phases(drill, began)
    presses = [
        (began + _offset(said[clock.value]), name, clock, said)
        for name, said in entry["marks"].items()
        for clock in MARKS
        if clock.value in said
    ]
    notes = [(began + _offset(offset), text) for offset, text in entry["notes"]]
    for at, name, clock, said in sorted(presses, key=lambda press: press[0]):
        while notes and notes[0][0] <= at:
            _note(drill, notes.pop(0), actor=actor)
        recovery = _recovery(drill, name, said.get("tool"))
        marks.mark(
            recovery.pk,
            clock,
            key=uuid4(),
            capacity=said.get("capacity") if clock == Clock.MINIMUM else None,
            actor=people[said["by"]],
            now=at,
        )
    for note in notes:
        _note(drill, note, actor=actor)
    course.end(drill.outage_id, actor=actor, now=ended)
    # Long over: nobody is to be told of it today.
    Drill.objects.filter(pk=drill.pk).update(wound_up_at=ended)
    Notification.objects.update(sent_at=F("due_at"))


def _note(drill: Drill, note: tuple[datetime, str], *, actor: User) -> None:
    at, text = note
    course.note(drill.outage_id, text, actor=actor, now=at)


def _coming(entry: Mapping[str, Any], *, actor: User, now: datetime) -> None:
    """Plan the drill that begins by itself a few minutes from now."""
    zone = ZoneInfo(Organisation.objects.get().zone)
    begins = (now + timedelta(minutes=entry["in_minutes"])).astimezone(zone)
    _schedule(entry, at=begins, zone=zone, speed=entry["speed"], actor=actor, now=now)


def _schedule(
    entry: Mapping[str, Any],
    *,
    at: datetime,
    zone: ZoneInfo,
    speed: int,
    actor: User,
    now: datetime,
) -> Schedule:
    return scheduling.plan(
        title=entry["title"],
        scenario=Scenario.objects.get(key=entry["scenario"]),
        type=DrillType.FUNCTIONAL,
        aim=entry["aim"],
        tools=Tool.objects.filter(name__in=entry["tools"]),
        team=None,
        facilitator=actor,
        starts_on=at.date(),
        starts_time=at.time().replace(second=0, microsecond=0),
        zone=zone.key,
        speed=speed,
        limit=timedelta(minutes=entry["minutes"]),
        actor=actor,
        now=now,
    )


def _tell_phases(drill: Drill, began: datetime) -> None:
    """Write what the scenario says of its first moment, as the tick would have."""
    drill.outage = course.locked(drill.outage_id)
    for phase in drill.script["phases"]:
        if phase["at_seconds"] == 0:
            conducting.tell_phase(drill, phase, at=began, now=began)


def _recovery(drill: Drill, workflow: str, tool: str | None) -> Recovery:
    rows = Recovery.objects.filter(outage=drill.outage_id, workflow__name=workflow)
    return (rows.filter(tool__name=tool) if tool else rows).get()


def _minutes(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(minutes=value)


def _offset(text: str) -> timedelta:
    minutes, seconds = text.split(":")
    return timedelta(minutes=int(minutes), seconds=int(seconds))
