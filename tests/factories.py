"""One factory per model, each making the plainest valid row.

Anything a test depends on is written in the test; anything here may change.
"""

from datetime import UTC, date, datetime, time, timedelta

import factory
from factory.django import DjangoModelFactory

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import OrganisationRole, TeamRole
from continuity.domain.scenario import ComponentState
from continuity.domain.states import DrillState
from continuity.drills.models import (
    Component,
    CorrectiveAction,
    Drill,
    DrillInject,
    DrillType,
    Finding,
    Inject,
    Participant,
    Phase,
    Proposal,
    Scenario,
    Schedule,
    Trigger,
)
from continuity.inventory.models import (
    Access,
    Alternative,
    AlternativeKind,
    Confidence,
    Dependency,
    Impact,
    ImpactCategory,
    ImpactLevel,
    Proof,
    ProofSource,
    Provider,
    Relation,
    RunbookStep,
    Tool,
    ToolKind,
    Upstream,
    Workflow,
)
from continuity.outages.models import Outage, OutageKind, Recovery
from continuity.reports.models import Report

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The instant tests agree to call now: a Monday."""


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation
        django_get_or_create = ("pk",)

    pk = 1
    name = "Meridian Mutual"


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence("Team {}".format)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence("person{}@example.test".format)
    name = factory.Sequence("Person {}".format)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    role = TeamRole.MEMBER


def member(team: Team, role: TeamRole) -> User:
    """Make a user with `role` in `team`."""
    return MembershipFactory(team=team, role=role).user


def manager() -> User:
    return UserFactory(organisation_role=OrganisationRole.MANAGER)


def auditor() -> User:
    return UserFactory(organisation_role=OrganisationRole.AUDITOR)


def administrator() -> User:
    return UserFactory(organisation_role=OrganisationRole.ADMINISTRATOR)


class ProviderFactory(DjangoModelFactory):
    class Meta:
        model = Provider

    name = factory.Sequence("Provider {}".format)


class ToolFactory(DjangoModelFactory):
    class Meta:
        model = Tool

    name = factory.Sequence("Tool {}".format)
    provider = factory.SubFactory(ProviderFactory)
    kind = ToolKind.PRODUCT


class UpstreamFactory(DjangoModelFactory):
    class Meta:
        model = Upstream

    tool = factory.SubFactory(ToolFactory)
    upstream = factory.SubFactory(ToolFactory, kind=ToolKind.INFRASTRUCTURE)
    relation = Relation.HOSTING
    hard = True
    source = "status.example.test"
    verified_on = date(2026, 1, 1)
    confidence = Confidence.HIGH


class WorkflowFactory(DjangoModelFactory):
    class Meta:
        model = Workflow

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence("Workflow {}".format)
    rto = timedelta(hours=1)
    mbco_percent = 50
    data_class = "internal"
    created_at = NOON - timedelta(days=30)


class DependencyFactory(DjangoModelFactory):
    class Meta:
        model = Dependency

    workflow = factory.SubFactory(WorkflowFactory)
    tool = factory.SubFactory(ToolFactory)


class AlternativeFactory(DjangoModelFactory):
    class Meta:
        model = Alternative

    dependency = factory.SubFactory(DependencyFactory)
    rank = factory.Sequence(lambda number: number + 1)
    tool = factory.SubFactory(ToolFactory)
    kind = AlternativeKind.OTHER_PROVIDER
    approved_data = ["public", "internal"]

    class Params:
        manual = factory.Trait(
            tool=None, kind=AlternativeKind.MANUAL, procedure="By hand", approved_data=[]
        )


class RunbookStepFactory(DjangoModelFactory):
    class Meta:
        model = RunbookStep

    alternative = factory.SubFactory(AlternativeFactory)
    position = factory.Sequence(lambda number: number + 1)
    text = factory.Sequence("Step {}".format)


class ProofFactory(DjangoModelFactory):
    class Meta:
        model = Proof

    alternative = factory.SubFactory(AlternativeFactory)
    source = ProofSource.DRILL
    shown_at = NOON - timedelta(days=10)
    expires_at = NOON + timedelta(days=170)
    works = True
    switch_after = timedelta(minutes=10)
    minimum_after = timedelta(minutes=20)
    capacity = 80


class OutageFactory(DjangoModelFactory):
    class Meta:
        model = Outage

    kind = OutageKind.DRILL
    state = DrillState.PLANNED
    title = factory.Sequence("Outage {}".format)
    facilitator = factory.SubFactory(UserFactory)
    due_at = NOON
    limit = timedelta(hours=2)

    class Params:
        running = factory.Trait(
            state=DrillState.RUNNING, occurred_at=NOON, ends_by=NOON + timedelta(hours=2)
        )
        ended = factory.Trait(
            state=DrillState.ENDED,
            occurred_at=NOON,
            ended_at=NOON + timedelta(hours=2),
        )


class RecoveryFactory(DjangoModelFactory):
    class Meta:
        model = Recovery

    outage = factory.SubFactory(OutageFactory, running=True)
    dependency = factory.SubFactory(DependencyFactory)
    workflow = factory.SelfAttribute("dependency.workflow")
    tool = factory.SelfAttribute("dependency.tool")
    rto = timedelta(hours=1)


class ScenarioFactory(DjangoModelFactory):
    class Meta:
        model = Scenario

    key = factory.Sequence("scenario-{}".format)
    title_en = factory.Sequence("Scenario {}".format)
    title_fr = factory.Sequence("Scénario {}".format)
    length = timedelta(hours=2)


class ComponentFactory(DjangoModelFactory):
    class Meta:
        model = Component

    scenario = factory.SubFactory(ScenarioFactory)
    name = "tool"
    tool = None
    chosen = factory.LazyAttribute(lambda component: component.tool is None)


class PhaseFactory(DjangoModelFactory):
    class Meta:
        model = Phase

    component = factory.SubFactory(ComponentFactory)
    offset = timedelta()
    state = ComponentState.DOWN


class ScheduleFactory(DjangoModelFactory):
    class Meta:
        model = Schedule

    title = factory.Sequence("Drill {}".format)
    scenario = factory.SubFactory(ScenarioFactory)
    facilitator = factory.SubFactory(UserFactory)
    starts_on = date(2026, 3, 2)
    starts_time = time(12)
    zone = "UTC"
    notice = timedelta()
    limit = timedelta(hours=2)
    next_due_at = NOON
    opens_at = NOON


class TriggerFactory(DjangoModelFactory):
    class Meta:
        model = Trigger

    cause = "expiring"
    margin = timedelta(days=30)
    facilitator = factory.SubFactory(UserFactory)
    due_at = NOON


class ProposalFactory(DjangoModelFactory):
    class Meta:
        model = Proposal

    trigger = factory.SubFactory(TriggerFactory)
    workflow = factory.SubFactory(WorkflowFactory)
    cause = "expiring"
    key = factory.Sequence("proof-{}".format)
    cause_at = NOON + timedelta(days=20)
    scenario = factory.SubFactory(ScenarioFactory)
    type = DrillType.FUNCTIONAL
    facilitator = factory.SubFactory(UserFactory)
    notice = timedelta(days=7)
    limit = timedelta(hours=2)
    made_at = NOON


class DrillFactory(DjangoModelFactory):
    class Meta:
        model = Drill

    outage = factory.SubFactory(OutageFactory)
    occurrence_at = NOON
    scenario = factory.SubFactory(ScenarioFactory)
    type = DrillType.FUNCTIONAL


class FindingFactory(DjangoModelFactory):
    class Meta:
        model = Finding

    outage = factory.SubFactory(OutageFactory, ended=True)
    kind = "finding"
    text = "Seats were missing."
    made_by = factory.SubFactory(UserFactory)
    made_at = NOON


class CorrectiveActionFactory(DjangoModelFactory):
    class Meta:
        model = CorrectiveAction

    finding = factory.SubFactory(FindingFactory)
    text = factory.Sequence("Action {}".format)
    owner = factory.SubFactory(UserFactory)
    made_by = factory.SelfAttribute("owner")
    made_at = NOON
    due_on = NOON.date()


class ParticipantFactory(DjangoModelFactory):
    class Meta:
        model = Participant

    drill = factory.SubFactory(DrillFactory)
    user = factory.SubFactory(UserFactory)
    role = "lead"


class InjectFactory(DjangoModelFactory):
    class Meta:
        model = Inject

    scenario = factory.SubFactory(ScenarioFactory)
    number = factory.Sequence(lambda number: number + 1)
    wait = timedelta(minutes=20)
    sender_en = "Service desk"
    sender_fr = "Centre de services"
    text_en = "Is this known?"
    text_fr = "Est-ce connu ?"


class DrillInjectFactory(DjangoModelFactory):
    class Meta:
        model = DrillInject

    drill = factory.SubFactory(DrillFactory)
    number = 1
    wait = timedelta(minutes=20)
    sender_en = "Service desk"
    sender_fr = "Centre de services"
    text_en = "Is this known?"
    text_fr = "Est-ce connu ?"


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    kind = "continuity"
    language = "en"
    since = NOON - timedelta(days=90)
    cut_off = NOON
    asked_at = NOON
    due_at = NOON

    class Params:
        done = factory.Trait(
            state="done",
            finished_at=NOON,
            facts={"title": "Continuity report"},
            facts_sha256="a" * 64,
            pdf=b"%PDF-1.7",
            pdf_sha256="b" * 64,
        )


class ImpactCategoryFactory(DjangoModelFactory):
    class Meta:
        model = ImpactCategory

    name = factory.Sequence("Category no. {}".format)
    position = factory.Sequence(lambda number: number)


class ImpactLevelFactory(DjangoModelFactory):
    class Meta:
        model = ImpactLevel

    name = factory.Sequence("Level no. {}".format)
    order = factory.Sequence(lambda number: number)


class ImpactFactory(DjangoModelFactory):
    class Meta:
        model = Impact

    workflow = factory.SubFactory(WorkflowFactory)
    category = factory.SubFactory(ImpactCategoryFactory)
    level = factory.SubFactory(ImpactLevelFactory)
    after = timedelta(hours=1)


class AccessFactory(DjangoModelFactory):
    """Six times yes, just now."""

    class Meta:
        model = Access

    alternative = factory.SubFactory(AlternativeFactory)
    user = factory.SubFactory(UserFactory)
    account = seat = own_sign_in = mfa = data_allowed = material = "yes"
    answered_at = NOON
