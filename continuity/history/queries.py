"""Reading history: what was done, in words, with what it was before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import (
    LANGUAGE_LABELS,
    ORGANISATION_ROLE_LABELS,
    TEAM_ROLE_LABELS,
    Team,
    User,
)
from continuity.accounts.roles import Action
from continuity.history.models import Entry
from continuity.web import formats

PER_PAGE: Final = 50
MOST_TEAMS: Final = 500
"""Teams offered by the filter; one beyond them is found by its name."""

VERBS: Final[Mapping[str, Promise]] = {
    "organisation.set_up": _("Continuity set up"),
    "organisation.changed": _("Settings changed"),
    "organisation.proofs_changed": _("How long proofs count changed"),
    "person.added": _("Person added"),
    "person.changed": _("Person changed"),
    "person.closed": _("Account closed"),
    "person.opened": _("Account opened again"),
    "person.link_sent": _("Link for a new password sent"),
    "team.added": _("Team added"),
    "team.changed": _("Team changed"),
    "team.removed": _("Team removed"),
    "team.member_changed": _("Members of a team changed"),
    "workflow.created": _("Workflow added"),
    "workflow.changed": _("Workflow changed"),
    "workflow.archived": _("Workflow archived"),
    "workflow.restored": _("Workflow restored"),
    "workflow.approved": _("Workflow approved"),
    "workflow.came_due": _("Workflow due for review"),
    "workflow.reverted": _("Change of many workflows undone"),
    "workflow.handed_over": _("Workflow handed over"),
    "workflow.rated": _("Impact rated"),
    "workflow.targets_set": _("Targets changed"),
    "workflow.recovery_points_set": _("What may be lost changed"),
    "workflow.imported": _("Workflows imported"),
    "workflow.import_undone": _("Import of workflows undone"),
    "dependency.created": _("Dependency added"),
    "dependency.changed": _("Dependency changed"),
    "dependency.removed": _("Dependency removed"),
    "alternative.created": _("Alternative added"),
    "alternative.changed": _("Alternative changed"),
    "alternative.moved": _("Order of alternatives changed"),
    "alternative.removed": _("Alternative removed"),
    "alternative.proven": _("Alternative proven"),
    "alternative.failed": _("Alternative failed"),
    "runbook.changed": _("Runbook changed"),
    "runbook.approved": _("Runbook approved"),
    "proof.ended": _("Proofs ended"),
    "access.answered": _("Own access answered"),
    "provider.created": _("Provider added"),
    "provider.changed": _("Provider changed"),
    "tool.created": _("Tool added"),
    "tool.changed": _("Tool changed"),
    "tool.spelling_added": _("Spelling of a tool added"),
    "tool.spelling_removed": _("Spelling of a tool removed"),
    "upstream.created": _("Upstream added"),
    "upstream.changed": _("Upstream changed"),
    "upstream.verified": _("Upstream verified"),
    "upstream.removed": _("Upstream removed"),
    "view.created": _("View shared"),
    "view.changed": _("Shared view changed"),
    "view.removed": _("Shared view deleted"),
    "view.handed_over": _("Shared view handed over"),
    "impact.category_added": _("Impact category added"),
    "impact.category_renamed": _("Impact category renamed"),
    "impact.categories_moved": _("Order of impact categories changed"),
    "impact.category_archived": _("Impact category archived"),
    "impact.category_restored": _("Impact category restored"),
    "impact.level_added": _("Impact level added"),
    "impact.level_changed": _("Impact level changed"),
    "impact.levels_moved": _("Order of impact levels changed"),
    "impact.level_removed": _("Impact level removed"),
    "import.applied": _("File imported"),
    "import.undone": _("Import undone"),
    "schedule.created": _("Schedule made"),
    "schedule.changed": _("Schedule changed"),
    "schedule.paused": _("Schedule paused"),
    "schedule.resumed": _("Schedule resumed"),
    "trigger.created": _("Trigger of drills added"),
    "trigger.changed": _("Trigger of drills changed"),
    "trigger.paused": _("Trigger of drills paused"),
    "trigger.resumed": _("Trigger of drills resumed"),
    "trigger.deleted": _("Trigger of drills deleted"),
    "proposal.made": _("Drill proposed"),
    "proposal.planned": _("Proposed drill planned"),
    "proposal.declined": _("Proposed drill declined"),
    "schedule.missed": _("Drills of a schedule missed"),
    "schedule.deleted": _("Schedule deleted"),
    "schedule.handed_over": _("Schedule handed over"),
    "scenario.added": _("Scenario added"),
    "scenario.updated": _("Scenario brought up to date"),
    "drill.drafted": _("Draft of a drill made"),
    "drill.approved": _("Drill approved"),
    "drill.planned": _("Drill planned"),
    "drill.speed_changed": _("Speed of a drill changed"),
    "drill.inject_added": _("Inject added to a drill"),
    "drill.inject_changed": _("Inject of a drill changed"),
    "drill.inject_skipped": _("Inject of a drill skipped"),
    "drill.inject_delivered": _("Inject of a drill delivered by hand"),
    "drill.inject_recorded": _("Inject of a drill rated"),
    "drill.criterion_rated": _("Success criterion rated"),
    "drill.started": _("Drill started"),
    "drill.paused": _("Drill paused"),
    "drill.resumed": _("Drill resumed"),
    "drill.ended": _("Drill ended"),
    "drill.aborted": _("Drill aborted"),
    "drill.missed": _("Drill missed"),
    "drill.reviewed": _("After-action report approved"),
    "drill.reopened": _("After-action report opened again"),
    "review.drafted": _("After-action report drafted"),
    "review.concluded": _("Conclusion written"),
    "review.rated": _("Aim rated"),
    "finding.added": _("Finding added"),
    "finding.changed": _("Finding changed"),
    "finding.dismissed": _("Finding dismissed"),
    "finding.restored": _("Finding put back"),
    "action.added": _("Action given"),
    "action.changed": _("Action changed"),
    "action.moved": _("Action moved on"),
    "action.closed": _("Action closed"),
    "action.reopened": _("Action taken up again"),
    "survey.answered": _("Two questions answered"),
    "drill.handed_over": _("Drill handed over"),
    "programme.changed": _("Programme of drills changed"),
    "blackout.used": _("Days without drills brought in"),
    "blackout.removed": _("Days without drills taken away"),
    "calendar.link_made": _("Calendar link made"),
    "calendar.link_revoked": _("Calendar link taken back"),
    "pass.made": _("Link of a participant made"),
    "pass.revoked": _("Link of a participant taken back"),
    "drill.excused": _("Workflow excused in a drill"),
    "outage.started": _("Outage declared"),
    "outage.paused": _("Outage paused"),
    "outage.resumed": _("Outage resumed"),
    "outage.ended": _("Outage ended"),
    "outage.aborted": _("Outage aborted"),
    "outage.excused": _("Workflow excused in an outage"),
    "scenario.copied": _("Scenario copied"),
    "scenario.changed": _("Scenario changed"),
    "report.asked": _("Report asked for"),
    "report.made": _("Report made"),
    "endpoint.added": _("Webhook or chat added"),
    "endpoint.changed": _("Webhook or chat changed"),
    "endpoint.secret_changed": _("Secret of a webhook changed"),
    "endpoint.paused": _("Webhook or chat paused"),
    "endpoint.resumed": _("Webhook or chat goes on"),
    "endpoint.removed": _("Webhook or chat removed"),
    "endpoint.restored": _("Webhook or chat put back"),
    "endpoint.tested": _("Test message sent"),
    "endpoint.sent_again": _("Message sent again"),
    "report.logo_set": _("Logo of reports set"),
    "report.logo_removed": _("Logo of reports removed"),
}
"""What each verb says. One without words shows itself."""

KINDS: Final[Mapping[str, Promise]] = {
    "organisation": _("Settings"),
    "person": _("People"),
    "team": _("Teams"),
    "workflow": _("Workflows"),
    "dependency": _("Dependencies"),
    "alternative": _("Alternatives"),
    "runbook": _("Runbooks"),
    "proof": _("Proofs"),
    "access": _("Access"),
    "provider": _("Providers"),
    "tool": _("AI tools"),
    "upstream": _("Upstreams"),
    "view": _("Saved views"),
    "impact": _("Impact scales"),
    "import": _("Imports"),
    "schedule": _("Schedules"),
    "scenario": _("Scenarios"),
    "drill": _("Drills"),
    "review": _("After-action reports"),
    "finding": _("Findings"),
    "action": _("Actions"),
    "survey": _("Surveys"),
    "outage": _("Outages"),
    "calendar": _("Calendar"),
    "blackout": _("Days without drills"),
    "programme": _("Programme of drills"),
    "report": _("Reports"),
    "endpoint": _("Webhooks and chats"),
}
"""What a verb's first word is about, in the order of the filter."""

FIELDS: Final[Mapping[str, Promise]] = {
    "name": _("Name"),
    "email": _("E-mail address"),
    "zone": _("Time zone"),
    "language": _("Language"),
    "review_months": _("Months until a workflow is due for review"),
    "overdue_months": _("Months until a workflow is overdue for a drill"),
    "upstream_stale_days": _("Days until an upstream counts as stale"),
    "organisation_role": _("Role in the organisation"),
    "is_active": _("May sign in"),
    "parent": _("Department"),
    "person": _("Person"),
    "role": _("Role"),
    "team": _("Team"),
    "owner": _("Owner"),
    "deputy": _("Deputy"),
    "tier": _("Criticality"),
    "rto": _("RTO"),
    "mtpd": _("MTPD"),
    "wrt": _("WRT"),
    "targets_reason": _("Why these targets"),
    "impact": _("Impact"),
    "tolerable": _("Tolerable"),
    "conversations_rpo": _("Conversations that may be lost (RPO)"),
    "conversations_copy": _("Copy of conversations"),
    "files_rpo": _("Uploaded files that may be lost (RPO)"),
    "files_copy": _("Copy of uploaded files"),
    "assistants_rpo": _("Custom assistants that may be lost (RPO)"),
    "assistants_copy": _("Copy of custom assistants"),
    "prompts_rpo": _("Prompt libraries that may be lost (RPO)"),
    "prompts_copy": _("Copy of prompt libraries"),
    "peak_hours": _("Peak hours"),
    "cost_per_hour": _("Cost of an hour"),
    "currency": _("Currency"),
    "mbco_percent": _("MBCO, percent"),
    "mbco_words": _("MBCO in words"),
    "description": _("Description"),
    "reference": _("Reference"),
    "people_least": _("People, at least"),
    "people_most": _("People, at most"),
    "data_class": _("Data"),
    "hours": _("Operating hours"),
    "tool": _("Tool"),
    "purpose": _("Used for"),
    "without": _("Without it the work"),
    "rank": _("Rank"),
    "kind": _("Kind"),
    "procedure": _("Procedure"),
    "expected_capacity": _("Expected capacity"),
    "expected_quality": _("Expected quality"),
    "expected_switch": _("Expected switching time"),
    "approved_data": _("Approved for data"),
    "note": _("Note"),
    "steps": _("Steps"),
    "alternative": _("Alternative"),
    "alternatives": _("Alternatives"),
    "order": _("Order"),
    "proofs": _("Proofs"),
    "rta": _("RTA"),
    "ended_reason": _("Why"),
    "account": _("I have an account"),
    "seat": _("I have a licence or seat"),
    "own_sign_in": _("I can sign in without what has failed"),
    "mfa": _("My second factor works"),
    "data_allowed": _("I may put this work’s data there"),
    "material": _("My prompts and files are there"),
    "days": _("Days"),
    "version": _("Version"),
    "people_at_once": _("People at once"),
    "preconditions": _("What must be in place before"),
    "trigger": _("When to switch to it"),
    "return_criteria": _("When to go back"),
    "cost": _("What it costs"),
    "retired_on": _("Withdrawn on"),
    "spelling": _("Spelling"),
    "upstream": _("Upstream"),
    "relation": _("Relation"),
    "hard": _("Stops without it"),
    "verified_on": _("Verified on"),
    "confidence": _("Confidence"),
    "archived_at": _("Archived"),
    "status": _("Status"),
    "review_on": _("Due for review"),
    "lead": _("Lead"),
    "participant": _("Takes part"),
    "title": _("Title"),
    "limit": _("Time limit"),
    "number": _("Number"),
    "reason": _("Reason"),
    "rating": _("Rating"),
    "criterion": _("Success criterion"),
    "evaluator": _("Evaluator"),
    "observers": _("Observers"),
    "away": _("Plays being away"),
    "tiers": _("Criticalities"),
    "workflows": _("Workflows"),
    "surprise": _("Surprise"),
    "window": _("Window"),
    "criteria": _("Success criteria"),
    "injects": _("Injects"),
    "notice": _("Told this long before"),
    "speed": _("Speed"),
    "state": _("State"),
    "due_at": _("Due"),
    "facilitator": _("Facilitator"),
    "source": _("Source"),
    "url": _("Web address"),
    "provider": _("Provider"),
    "seats": _("Seats"),
    "findings": _("Findings"),
    "conclusion": _("Conclusion"),
    "text": _("Text"),
    "workflow": _("Workflow"),
    "due_on": _("Due"),
    "drill": _("Drill"),
    "shared": _("For everyone"),
    "host": _("Host"),
    "kinds": _("Kinds of news"),
    "teams": _("Teams"),
    "paused_reason": _("Why"),
    "message": _("Message"),
}
"""A field without a name here shows its own."""

LENGTHS: Final = frozenset(
    {
        "rto",
        "mtpd",
        "wrt",
        "rta",
        "limit",
        "notice",
        "window",
        "expected_switch",
        "length",
        "conversations_rpo",
        "files_rpo",
        "assistants_rpo",
        "prompts_rpo",
    }
)
"""Fields whose numbers are seconds."""

WHOLE: Final = frozenset({"impact"})
"""Fields whose parts, and the names of them, are read with the words of the whole."""

TEAM_ROLES: Final = {
    **{role.name.lower(): label for role, label in TEAM_ROLE_LABELS.items()},
}
DATA: Final[Mapping[str, Promise]] = {
    "public": _("Public"),
    "internal": _("Internal"),
    "confidential": _("Confidential"),
    "personal": _("Personal"),
    "special": _("Special category (health, biometric, …)"),
}
QUESTIONS: Final = ("account", "seat", "own_sign_in", "mfa", "data_allowed", "material")
ANSWERS: Final[Mapping[str, Promise]] = {
    "yes": pgettext_lazy("answer", "Yes"),
    "no": pgettext_lazy("answer", "No"),
}
VALUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "organisation_role": {str(key): text for key, text in ORGANISATION_ROLE_LABELS.items()},
    "language": LANGUAGE_LABELS,
    "role": TEAM_ROLES,
    "tier": {
        "1": _("Critical"),
        "2": _("Important"),
        "3": _("Normal"),
        "4": _("Low"),
    },
    "without": {"stops": _("Stops"), "degraded": _("Degraded")},
    "impact": {
        "legal": pgettext_lazy("impact on", "Legal"),
        "regulatory": pgettext_lazy("impact on", "Regulatory"),
        "reputation": pgettext_lazy("impact on", "Reputation"),
        "revenue": pgettext_lazy("impact on", "Revenue"),
        "workforce": pgettext_lazy("impact on", "Workforce"),
        "customers": pgettext_lazy("impact on", "Customers"),
        "none": pgettext_lazy("level of impact", "None"),
        "minor": pgettext_lazy("level of impact", "Minor"),
        "moderate": pgettext_lazy("level of impact", "Moderate"),
        "major": pgettext_lazy("level of impact", "Major"),
        "severe": pgettext_lazy("level of impact", "Severe"),
    },
    "data_class": DATA,
    "approved_data": DATA,
    "kind": {
        "product": _("Product"),
        "component": _("Component of a product"),
        "model": _("Model"),
        "infrastructure": _("Infrastructure"),
        "other_model": _("Other model of the same product"),
        "other_product": _("Other product of the same provider"),
        "other_provider": _("Other provider"),
        "model_elsewhere": _("Same model elsewhere"),
        "self_hosted": _("Self-hosted"),
        "manual": _("Without AI, by hand"),
    },
    "relation": {
        "model": _("Model"),
        "hosting": _("Cloud and region"),
        "edge": _("Network edge"),
        "identity": _("Sign-in"),
        "network": _("Network path"),
    },
    "status": {
        "draft": pgettext_lazy("status of a workflow", "Draft"),
        "approved": pgettext_lazy("status of a workflow", "Approved"),
        "due": pgettext_lazy("status of a workflow", "Due for review"),
        "open": pgettext_lazy("status of an action", "To do"),
        "under_way": pgettext_lazy("status of an action", "Under way"),
        "done": pgettext_lazy("status of an action", "Done, not retested"),
        "closed": pgettext_lazy("status of an action", "Closed"),
    },
    "kinds": {
        "drill.planned": _("A drill is planned"),
        "drill.in_a_week": _("A drill is a week away"),
        "drill.in_an_hour": _("A drill is an hour away"),
        "drill.started": _("A drill has started"),
        "drill.inject": _("News during a drill"),
        "recovery.stuck": _("Somebody is stuck"),
        "drill.over": _("A drill is over"),
        "action.due": _("An action is due"),
        "workflow.review_due": _("A workflow is due for review"),
        "proof.expiring": _("A proof is about to expire"),
        "report.ready": _("A report is ready"),
        "news": _("Other news"),
    },
    "paused_reason": {
        "failing": _("Paused: it has failed for three days"),
        "gone": _("Paused: it says that it is gone (410)"),
    },
    "confidence": {"high": _("High"), "medium": _("Medium"), "low": _("Low")},
    "source": {
        "drill": _("Drill"),
        "outage": _("Outage"),
        "check": _("Check"),
        "attestation": _("Attestation"),
    },
    "rating": {
        "P": pgettext_lazy("rating of an aim", "Performed without challenges"),
        "S": pgettext_lazy("rating of an aim", "Performed with some challenges"),
        "M": pgettext_lazy("rating of an aim", "Performed with major challenges"),
        "U": pgettext_lazy("rating of an aim", "Unable to be performed"),
    },
    **dict.fromkeys(QUESTIONS, ANSWERS),
    "ended_reason": {
        "tool_retired": _("The tool was withdrawn by its provider"),
        "runbook_changed": _("The runbook was changed"),
        "tool_replaced": _("The workflow uses another tool now"),
        "failed_later": _("It did not work when it was tried again"),
        "by_hand": _("Somebody said so"),
    },
}
"""The words of stored values. The labels belong to apps above this one, so they are
written again; a test there holds both together."""

LINKS: Final[Mapping[str, str]] = {
    "inventory.workflow": "inventory:workflow",
    "inventory.tool": "inventory:tool",
    "inventory.provider": "inventory:provider",
    "drills.drill": "drills:drill",
    "drills.schedule": "drills:schedule",
    "drills.correctiveaction": "drills:action",
}
ADMINISTERED: Final[Mapping[str, str]] = {
    "accounts.user": "accounts:person",
    "accounts.team": "accounts:team",
    "notifications.endpoint": "notifications:endpoint",
}
"""Subjects whose page only an administrator may open."""
GONE: Final = (".removed", ".deleted", ".undone")


@dataclass(frozen=True, slots=True)
class Change:
    """One field; `before` and `after` as they are read, "–" for nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words. `by` is empty for what the clock did; `url` where there is a
    page to open."""

    pk: int
    at: datetime
    by: str
    did: str
    subject: str
    url: str
    team: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some lines, the newest first. `older` continues after the last one; "" at the end."""

    lines: tuple[Line, ...]
    older: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader is looking for; empty fields ask for nothing."""

    q: str = ""
    kind: str = ""
    team: int | None = None
    actor: int | None = None


def history(user: User, wanted: Wanted, *, after: str = "") -> HistoryPage:
    """Return the latest entries that `user` may see, or those `after` a page's `older`.

    One query. The place is kept as instant and key, so that lines written meanwhile
    move nothing; a place that cannot be read gives the first page.
    """
    return _page(_matching(user, wanted), user, after)


def for_subject(
    model_label: str, pk: int, *, user: User, limit: int = 20
) -> tuple[Line, ...]:
    """Return the latest entries on one object ("inventory.workflow", 7). One query.

    Who may see the object is the caller's question: all its entries come back.
    """
    rows = Entry.objects.filter(subject_type=model_label, subject_id=pk)
    return _lines(rows.select_related("actor", "team")[:limit], user)


def subject_history(
    model_label: str, pk: int, *, user: User, after: str = ""
) -> HistoryPage:
    """Return the latest entries on one object, or those `after` a page's `older`.

    One query. Who may see the object is the caller's question.
    """
    rows = Entry.objects.filter(subject_type=model_label, subject_id=pk)
    return _page(rows.select_related("actor", "team"), user, after)


def teams(user: User) -> Sequence[Team]:
    """Return the teams by which `user` can filter."""
    return list(
        Team.objects.allowing(user, Action.VIEW).order_by("name", "pk")[:MOST_TEAMS]
    )


def actor_name(user: User, pk: int) -> str:
    """Return whose changes a filter shows; "" if `user` sees none of them."""
    entry = Entry.objects.allowing(user, Action.VIEW).filter(actor=pk)
    found = entry.select_related("actor").first()
    return str(found.actor) if found else ""


def _matching(user: User, wanted: Wanted) -> QuerySet[Entry]:
    rows = Entry.objects.allowing(user, Action.VIEW).select_related("actor", "team")
    if wanted.kind:
        rows = rows.filter(verb__startswith=f"{wanted.kind}.")
    if wanted.team is not None:
        rows = rows.filter(team=wanted.team)
    if wanted.actor is not None:
        rows = rows.filter(actor=wanted.actor)
    for word in wanted.q.split():
        rows = rows.filter(
            Q(subject_label__icontains=word) | Q(actor__name__icontains=word)
        )
    return rows


def _page(rows: QuerySet[Entry], user: User, after: str) -> HistoryPage:
    if place := _place(after):
        at, pk = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(rows[: PER_PAGE + 1])
    shown, more = found[:PER_PAGE], found[PER_PAGE:]
    older = f"{shown[-1].at.isoformat()}_{shown[-1].pk}" if more else ""
    return HistoryPage(_lines(shown, user), older)


def _place(text: str) -> tuple[datetime, int] | None:
    at, _sep, pk = text.rpartition("_")
    try:
        place = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
    return place if place[0].tzinfo else None


def _lines(rows: Iterable[Entry], user: User) -> tuple[Line, ...]:
    administers = user.may(Action.ADMINISTER)
    return tuple(_line(row, administers=administers) for row in rows)


def _line(row: Entry, *, administers: bool) -> Line:
    route = LINKS.get(row.subject_type, "")
    if administers:
        route = route or ADMINISTERED.get(row.subject_type, "")
    gone = row.verb.endswith(GONE)
    return Line(
        pk=row.pk,
        at=row.at,
        by=str(row.actor) if row.actor is not None else "",
        did=str(VERBS.get(row.verb, row.verb)),
        subject=row.subject_label,
        url=reverse(route, args=[row.subject_id]) if route and not gone else "",
        team=row.team.name if row.team is not None else "",
        changes=told(row.before, row.after),
    )


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return plain values, as an entry keeps them, in words: one change for each field."""
    return tuple(
        Change(
            str(FIELDS.get(field, field)),
            _read(field, before.get(field)),
            _read(field, after.get(field)),
        )
        for field in dict.fromkeys((*before, *after))
    )


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return in words the fields that differ; empty and missing are the same."""
    differing = [
        field
        for field in dict.fromkeys((*before, *after))
        if (before.get(field) or None) != (after.get(field) or None)
    ]
    return told(
        {field: before.get(field) for field in differing},
        {field: after.get(field) for field in differing},
    )


def _read(field: str, value: Any) -> str:
    """Return a value as kept in JSON, as a person would write it."""
    match value:
        case None | "" | []:
            named = VALUES.get(field, {}).get("") if value == "" else None
            return str(named or formats.NOTHING)
        case True:
            return gettext("Yes")
        case False:
            return gettext("No")
        case int() | float() if field in LENGTHS:
            return formats.duration(timedelta(seconds=value))
        case list():
            return ", ".join(_read(field, item) for item in value)
        case dict() if field in WHOLE:
            words = VALUES[field]
            said = (
                f"{words.get(key, key)}{': ' if isinstance(item, list) else ' '}"
                f"{_read(field, item)}"
                for key, item in value.items()
            )
            return "; ".join(said)
        case dict():
            return ", ".join(f"{key}: {_read(key, item)}" for key, item in value.items())
        case str() if field.endswith("_at"):
            return _moment(value)
        case _:
            return str(VALUES.get(field, {}).get(str(value), value))


def _moment(value: str) -> str:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    if instant.tzinfo is None:
        return formats.day(date(instant.year, instant.month, instant.day))
    return formats.day_time(instant)
