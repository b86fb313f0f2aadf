"""Workflows, what they depend on, what they would use instead, and the proof of it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, TeamOwnedQuerySet, User
from continuity.domain.review import ReviewState
from continuity.inventory.models.catalogue import Tool


def _percent(field: str, name: str, *, most: int = 100) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{field: None}) | Q(**{f"{field}__gte": 0, f"{field}__lte": most}),
        name=name,
        violation_error_message=(
            _("Give a percentage between 0 and 100.")
            if most == 100
            else _("Give a percentage between 0 and 999.")
        ),
    )


class Tier(models.IntegerChoices):
    """How critical a workflow is: 1 is what has to come back first."""

    CRITICAL = 1, _("Critical")
    IMPORTANT = 2, _("Important")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


TIER_WEIGHTS: Final[Mapping[int, int]] = {
    Tier.CRITICAL: 4,
    Tier.IMPORTANT: 3,
    Tier.NORMAL: 2,
    Tier.LOW: 1,
}
"""What a workflow counts in the weighted share. Printed beside the figure."""


class DataClass(models.TextChoices):
    """The most sensitive data the work touches, from open to closed."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    PERSONAL = "personal", _("Personal")
    SPECIAL = "special", _("Special category (health, biometric, …)")


class Without(models.TextChoices):
    STOPS = "stops", _("Stops")
    DEGRADED = "degraded", _("Degraded")


class AlternativeKind(models.TextChoices):
    OTHER_MODEL = "other_model", _("Other model of the same product")
    OTHER_PRODUCT = "other_product", _("Other product of the same provider")
    OTHER_PROVIDER = "other_provider", _("Other provider")
    MODEL_ELSEWHERE = "model_elsewhere", _("Same model elsewhere")
    SELF_HOSTED = "self_hosted", _("Self-hosted")
    MANUAL = "manual", _("Without AI, by hand")


class ProofSource(models.TextChoices):
    DRILL = "drill", _("Drill")
    OUTAGE = "outage", _("Outage")
    CHECK = "check", _("Check")
    ATTESTATION = "attestation", _("Attestation")


class WorkflowStatus(models.TextChoices):
    """Where the workflow's description stands in its review cycle. That it is archived
    is said by `archived_at` alone, so that both can never disagree."""

    DRAFT = ReviewState.DRAFT.value, pgettext_lazy("status of a workflow", "Draft")
    APPROVED = (
        ReviewState.APPROVED.value,
        pgettext_lazy("status of a workflow", "Approved"),
    )
    DUE = ReviewState.DUE.value, pgettext_lazy("status of a workflow", "Due for review")


class WorkflowQuerySet(TeamOwnedQuerySet["Workflow"]):
    def current(self) -> Self:
        return self.filter(archived_at=None)

    def changed_since_approval(self) -> Self:
        return self.filter(version__gt=F("approved_version"))

    def to_review(self, today: date) -> Self:
        """Those in use whose day of review has come, and of whom nobody was told."""
        return self.current().filter(
            review_on__lte=today, status__in=[WorkflowStatus.APPROVED, WorkflowStatus.DRAFT]
        )

    def kept_by(self, user: User) -> Self:
        return self.filter(Q(owner=user) | Q(deputy=user))


class Workflow(models.Model):
    """Work with a result that someone waits for, done with an AI tool.

    ISO 22301 calls it an activity. What is not known is empty, never a guess:
    an imported workflow has no RTO until its team sets one.
    """

    team = models.ForeignKey(
        Team, models.PROTECT, related_name="workflows", verbose_name=_("team")
    )
    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("what it delivers, and to whom"), blank=True)
    reference = models.CharField(_("reference in your own list"), max_length=80, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_workflows",
        verbose_name=_("owner"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputised_workflows",
        verbose_name=_("deputy"),
    )
    tier = models.PositiveSmallIntegerField(
        _("criticality"), choices=Tier, default=Tier.NORMAL
    )
    rto = models.DurationField(_("recovery time objective (RTO)"), null=True, blank=True)
    mtpd = models.DurationField(_("longest tolerable stop (MTPD)"), null=True, blank=True)
    wrt = models.DurationField(
        _("time to verify and catch up (WRT)"), null=True, blank=True
    )
    targets_reason = models.TextField(_("why these targets"), blank=True)
    targets_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("targets set by"),
    )
    targets_at = models.DateTimeField(_("targets set"), null=True, blank=True)
    cost_per_hour = models.DecimalField(
        _("cost of an hour"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    mbco_percent = models.PositiveSmallIntegerField(
        _("minimum level (MBCO), percent of normal volume"), null=True, blank=True
    )
    mbco_words = models.CharField(_("minimum level in words"), max_length=240, blank=True)
    people_least = models.PositiveIntegerField(_("people, at least"), null=True, blank=True)
    people_most = models.PositiveIntegerField(_("people, at most"), null=True, blank=True)
    data_class = models.CharField(_("data"), max_length=12, choices=DataClass, blank=True)
    hours = models.CharField(_("operating hours"), max_length=120, blank=True)
    peak_hours = models.CharField(_("peak hours"), max_length=120, blank=True)
    zone = models.CharField(_("time zone of the hours"), max_length=60, blank=True)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=WorkflowStatus,
        default=WorkflowStatus.DRAFT,
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    approved_version = models.PositiveIntegerField(null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    review_on = models.DateField(_("due for review"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects = WorkflowQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "team",
                Lower("name"),
                name="one_workflow_per_name_and_team",
                condition=Q(archived_at=None),
                violation_error_message=_("This team has a workflow with this name."),
            ),
            models.CheckConstraint(
                condition=Q(rto=None) | Q(rto__gt=timedelta()),
                name="workflow_rto_positive",
                violation_error_message=_("The RTO must be longer than zero."),
            ),
            models.CheckConstraint(
                condition=Q(rto=None) | Q(mtpd=None) | Q(rto__lte=F("mtpd")),
                name="workflow_rto_within_mtpd",
                violation_error_message=_(
                    "The RTO must not be longer than the MTPD: shorten the RTO, or "
                    "lengthen the MTPD if the stop is really tolerable for longer."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rto=None)
                | Q(mtpd=None)
                | Q(wrt=None)
                | Q(mtpd__gte=F("rto") + F("wrt")),
                name="workflow_rto_and_wrt_within_mtpd",
                violation_error_message=_(
                    "RTO and WRT together must not be longer than the MTPD: shorten one of "
                    "them, or lengthen the MTPD if the stop is really tolerable for longer."
                ),
            ),
            models.CheckConstraint(
                condition=Q(approved_version=None, approved_at=None)
                | Q(approved_version__isnull=False, approved_at__isnull=False),
                name="workflow_approval_names_its_version",
            ),
            models.CheckConstraint(
                condition=Q(people_least=None)
                | Q(people_most=None)
                | Q(people_least__lte=F("people_most")),
                name="workflow_people_in_order",
                violation_error_message=_("“At least” must not exceed “at most”."),
            ),
            _percent("mbco_percent", "workflow_mbco_percent"),
        ]
        indexes = [
            models.Index(fields=["team", "name"], name="workflow_by_team"),
            models.Index(fields=["owner"], name="workflow_by_owner"),
            models.Index(
                fields=["review_on"],
                name="workflow_to_review",
                condition=Q(archived_at=None, status__in=["approved", "draft"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:workflow", args=[self.pk])

    @property
    def review_state(self) -> ReviewState:
        if self.archived_at is not None:
            return ReviewState.ARCHIVED
        return ReviewState(self.status)

    @property
    def changed_since_approval(self) -> bool:
        """Say whether it was approved once and is another version now."""
        return self.approved_version is not None and self.version > self.approved_version


class DependencyQuerySet(TeamOwnedQuerySet["Dependency"]):
    team_path = "workflow__team"


class Dependency(models.Model):
    """A workflow's use of a tool, and what happens to the work without it."""

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="dependencies")
    tool = models.ForeignKey(
        Tool, models.PROTECT, related_name="dependencies", verbose_name=_("tool")
    )
    purpose = models.CharField(_("used for"), max_length=240, blank=True)
    without = models.CharField(
        _("without it the work"), max_length=8, choices=Without, default=Without.STOPS
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = DependencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dependencies"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "tool"],
                name="one_dependency_per_tool",
                violation_error_message=_("This workflow depends on this tool already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} on {self.tool}"


class AlternativeQuerySet(TeamOwnedQuerySet["Alternative"]):
    team_path = "dependency__workflow__team"


class Alternative(models.Model):
    """What a workflow uses instead of a tool it depends on. Rank 1 is tried first."""

    dependency = models.ForeignKey(Dependency, models.CASCADE, related_name="alternatives")
    rank = models.PositiveSmallIntegerField(_("rank"))
    tool = models.ForeignKey(
        Tool,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alternative_uses",
        verbose_name=_("tool"),
    )
    procedure = models.CharField(_("manual procedure"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AlternativeKind)
    expected_capacity = models.PositiveSmallIntegerField(
        _("expected capacity, percent"), null=True, blank=True
    )
    expected_quality = models.PositiveSmallIntegerField(
        _("expected quality, percent"), null=True, blank=True
    )
    expected_switch = models.DurationField(
        _("expected switching time"), null=True, blank=True
    )
    approved_data = ArrayField(
        models.CharField(max_length=12, choices=DataClass),
        verbose_name=_("approved for data"),
        default=list,
        blank=True,
    )
    limit = models.PositiveIntegerField(
        _("people at once"),
        null=True,
        blank=True,
        help_text=_("The most people of this workflow who can use it at the same time."),
    )
    preconditions = models.TextField(_("what must be in place before"), blank=True)
    trigger = models.TextField(_("when to switch to it"), blank=True)
    return_criteria = models.TextField(_("when to go back"), blank=True)
    cost = models.CharField(_("what it costs"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = AlternativeQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["dependency", "rank"],
                name="one_alternative_per_rank",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="rank_begins_at_one"),
            models.CheckConstraint(
                condition=(
                    Q(kind="manual", tool=None) & ~Q(procedure="")
                    | ~Q(kind="manual") & Q(tool__isnull=False, procedure="")
                ),
                name="alternative_is_a_tool_or_a_procedure",
                violation_error_message=_(
                    "Choose a tool, or the kind “by hand” and name the procedure."
                ),
            ),
            _percent("expected_capacity", "alternative_capacity_percent", most=999),
            _percent("expected_quality", "alternative_quality_percent", most=999),
        ]

    def __str__(self) -> str:
        return self.procedure or str(self.tool)

    def approves(self, data_class: str) -> bool:
        """Say whether data of `data_class` may go there. Unknown data: only if the
        alternative is approved for every class, or is done by hand."""
        return approves(self.kind, self.approved_data, data_class)


def approves(kind: str, approved: Collection[str], data_class: str) -> bool:
    """Say what `Alternative.approves` does, for who has read the columns alone."""
    if kind == AlternativeKind.MANUAL:
        return True
    if not data_class:
        return set(approved) >= set(DataClass.values)
    return data_class in approved


class RunbookStepQuerySet(TeamOwnedQuerySet["RunbookStep"]):
    team_path = "alternative__dependency__workflow__team"


class RunbookStep(models.Model):
    """One step of the runbook: how to switch to an alternative."""

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what to do"), max_length=400)
    role = models.CharField(_("who"), max_length=120, blank=True)
    expected = models.DurationField(_("expected time"), null=True, blank=True)
    verification = models.CharField(_("how to tell it worked"), max_length=240, blank=True)
    way_back = models.CharField(_("way back"), max_length=240, blank=True)
    details = models.TextField(_("details (Markdown)"), blank=True)

    objects = RunbookStepQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["alternative", "position"],
                name="one_step_per_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.text


class RunbookVersionQuerySet(TeamOwnedQuerySet["RunbookVersion"]):
    team_path = "alternative__dependency__workflow__team"


class RunbookVersion(models.Model):
    """A runbook as it was saved: what was approved, and what a proof was shown with."""

    alternative = models.ForeignKey(
        Alternative, models.CASCADE, related_name="runbook_versions"
    )
    number = models.PositiveIntegerField(_("version"))
    steps = models.JSONField()
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = RunbookVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["alternative", "number"], name="one_runbook_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alternative}, version {self.number}"


class EndReason(models.TextChoices):
    """Why a proof counts no more before its time: what it proved has changed."""

    TOOL_RETIRED = "tool_retired", _("The tool was withdrawn by its provider")
    RUNBOOK_CHANGED = "runbook_changed", _("The runbook was changed")
    TOOL_REPLACED = "tool_replaced", _("The workflow uses another tool now")
    FAILED_LATER = "failed_later", _("It did not work when it was tried again")
    BY_HAND = "by_hand", _("Somebody said so")


class ProofPolicy(models.Model):
    """How long a proof from a source counts, for a criticality or for all others."""

    source = models.CharField(max_length=12, choices=ProofSource)
    tier = models.PositiveSmallIntegerField(choices=Tier, null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"))

    class Meta:
        verbose_name_plural = "proof policies"
        ordering = ["source", "tier"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "tier"],
                name="one_policy_per_source_and_tier",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="policy_lasts_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.days} days"

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.days)


class ProofQuerySet(TeamOwnedQuerySet["Proof"]):
    team_path = "alternative__dependency__workflow__team"

    def valid(self, now: datetime) -> Self:
        return self.filter(works=True, expires_at__gt=now, ended_at=None)

    def standing(self) -> Self:
        """Keep those that nothing has ended, whatever their age and result."""
        return self.filter(ended_at=None)


class Proof(models.Model):
    """Dated evidence that an alternative works for this workflow. It expires."""

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="proofs")
    source = models.CharField(_("from"), max_length=12, choices=ProofSource)
    shown_at = models.DateTimeField(_("shown"))
    expires_at = models.DateTimeField(_("expires"))
    works = models.BooleanField(_("it worked"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shown by"),
    )
    switch_after = models.DurationField(_("time to switch"), null=True, blank=True)
    minimum_after = models.DurationField(
        _("time to the minimum level (RTA)"), null=True, blank=True
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity reached, percent"), null=True, blank=True
    )
    quality = models.PositiveSmallIntegerField(
        _("quality reached, percent"), null=True, blank=True
    )
    note = models.TextField(_("note"), blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    runbook_version = models.PositiveIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(_("counts no more since"), null=True, blank=True)
    ended_reason = models.CharField(_("why"), max_length=16, choices=EndReason, blank=True)
    ended_note = models.CharField(_("reason"), max_length=300, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering = ["-shown_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("shown_at")), name="proof_expires_after_shown"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="")
                | Q(ended_at__isnull=False) & ~Q(ended_reason=""),
                name="proof_ended_with_a_reason",
            ),
            _percent("capacity", "proof_capacity_percent", most=999),
            _percent("quality", "proof_quality_percent", most=999),
        ]
        indexes = [models.Index(fields=["alternative", "-shown_at"], name="proof_latest")]

    def __str__(self) -> str:
        return f"{self.get_source_display()}, {self.shown_at:%Y-%m-%d}"


class ProofFile(models.Model):
    """The file of a proof, in a row of its own: lists of proofs never read it."""

    proof = models.OneToOneField(
        Proof, models.CASCADE, primary_key=True, related_name="file"
    )
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of proof {self.proof_id}"


class Answer(models.TextChoices):
    YES = "yes", pgettext_lazy("answer", "Yes")
    NO = "no", pgettext_lazy("answer", "No")
    UNKNOWN = "", pgettext_lazy("answer", "Not answered")


QUESTIONS: Final = ("account", "seat", "own_sign_in", "mfa", "data_allowed", "material")
"""What a person answers about an alternative. Ready is who says yes to all of them."""


class AccessQuerySet(TeamOwnedQuerySet["Access"]):
    team_path = "alternative__dependency__workflow__team"

    def all_yes(self) -> Self:
        """Keep who said yes to everything, however long ago."""
        return self.filter(**dict.fromkeys(QUESTIONS, Answer.YES))


class Access(models.Model):
    """Whether one person could really work with an alternative today: their own word."""

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="accesses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="accesses"
    )
    account = models.CharField(
        _("I have an account"), max_length=3, choices=Answer, blank=True
    )
    seat = models.CharField(
        _("I have a licence or seat"), max_length=3, choices=Answer, blank=True
    )
    own_sign_in = models.CharField(
        _("I can sign in without what has failed"), max_length=3, choices=Answer, blank=True
    )
    mfa = models.CharField(
        _("My second factor works"), max_length=3, choices=Answer, blank=True
    )
    data_allowed = models.CharField(
        _("I may put this work’s data there"), max_length=3, choices=Answer, blank=True
    )
    material = models.CharField(
        _("My prompts and files are there"), max_length=3, choices=Answer, blank=True
    )
    answered_at = models.DateTimeField(_("answered"))

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "accesses"
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["alternative", "user"], name="one_access_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.alternative}"
