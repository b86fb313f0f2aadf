"""The record: a report is a row first, then a file."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, TeamOwnedQuerySet, User
from continuity.accounts.roles import Action
from continuity.domain.periods import Period
from continuity.drills.models import Reviewed
from continuity.inventory.models import Workflow
from continuity.outages.models import Outage


class ReportKind(models.TextChoices):
    AFTER_ACTION = "after_action", _("After-action report")
    CONTINUITY = "continuity", _("Continuity report")
    GRAB_PACK = "grab_pack", _("Grab pack")
    TEAM_PLAN = "team_plan", _("Team plan")
    EVIDENCE = "evidence", _("Evidence register")


class ReportState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RENDERING = "rendering", _("Being made")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


class Paper(models.TextChoices):
    A4 = "a4", _("A4")
    LETTER = "us-letter", _("US Letter")
    POCKET = "a5", _("Pocket (A5)")


SHEETS: Final = [(paper.value, paper.label) for paper in (Paper.A4, Paper.LETTER)]
"""What fits every kind. The pocket size is for the grab pack alone."""


class Tongue(models.TextChoices):
    """The language of a report; a grab pack speaks two at once if asked to."""

    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")
    BOTH = "en-fr", _("English and French")


TONGUES: Final = [(one.value, one.label) for one in (Tongue.ENGLISH, Tongue.FRENCH)]
"""What every kind speaks."""


class ReportQuerySet(models.QuerySet["Report"]):
    def allowing(self, user: User, action: Action) -> Self:
        """An outage's report goes to who may see it, a workflow's to who may see the
        workflow, a team's to who may see the team, the organisation's to who may see all
        teams."""
        if user.may(action):
            return self
        outages = Reviewed.objects.allowing(user, action).values("pk")
        workflows = Workflow.objects.allowing(user, action).values("pk")
        teams = Team.objects.allowing(user, action).values("pk")
        return self.filter(
            Q(outage__in=outages)
            | Q(workflow__in=workflows)
            | Q(outage=None, workflow=None, team__in=teams)
        )

    def of_the_same(self, report: "Report") -> Self:
        """The versions of one report: of the same kind, about the same, in the same
        language and on the same paper. Of one that looks back on a period that is over
        only those on the same period."""
        return self.filter(
            Q(until=None) if report.until is None else Q(since=report.since),
            until=report.until,
            kind=report.kind,
            outage=report.outage_id,
            workflow=report.workflow_id,
            team=report.team_id,
            language=report.language,
            paper=report.paper,
        )

    def to_render(self, now: datetime) -> Self:
        """Waiting, or taken up by a worker whose lease ran out: it died."""
        return self.filter(
            Q(state=ReportState.WAITING, due_at__lte=now)
            | Q(state=ReportState.RENDERING, leased_until__lte=now)
        )


class Report(models.Model):
    """A report as asked for, then with the facts and the file it was given.

    Once done it never changes: the facts it was made from lie beside the PDF.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind)
    outage = models.ForeignKey(
        Outage, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    workflow = models.ForeignKey(
        Workflow, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    language = models.CharField(_("language"), max_length=5, choices=Tongue)
    paper = models.CharField(_("paper"), max_length=10, choices=Paper, default=Paper.A4)
    since = models.DateTimeField(_("from"), null=True, blank=True)
    until = models.DateTimeField(_("before"), null=True, blank=True)
    """The end of the period; empty is the cut-off."""
    zone = models.CharField(_("time zone"), max_length=60, blank=True)
    """By whose clock it is written; empty is that of who asked for it."""
    cut_off = models.DateTimeField(_("as of"))
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ReportState, default=ReportState.WAITING
    )
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    attach_facts = models.BooleanField(_("facts in the PDF"), default=False)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    """The version before it that was made, as found when this one was made."""
    finished_at = models.DateTimeField(_("made"), null=True)
    facts = models.JSONField(null=True)
    facts_sha256 = models.CharField(max_length=64, blank=True)
    pdf = models.BinaryField(null=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="report_is_about_an_outage_or_a_team",
                condition=(
                    Q(kind="after_action", outage__isnull=False)
                    | Q(kind="continuity", outage=None, since__isnull=False)
                    | Q(kind="grab_pack", outage=None, team__isnull=False)
                    | Q(kind="team_plan", outage=None, workflow=None, team__isnull=False)
                    | Q(kind="evidence", outage=None, workflow=None, since__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="report_period_ends_after_it_began",
                condition=Q(until=None) | Q(since__isnull=False, until__gt=F("since")),
            ),
            models.CheckConstraint(
                name="report_done_has_its_file",
                condition=~Q(state="done")
                | Q(finished_at__isnull=False, facts__isnull=False, pdf__isnull=False)
                & ~Q(facts_sha256="")
                & ~Q(pdf_sha256=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="report_to_render",
                condition=Q(state__in=["waiting", "rendering"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[self.pk])

    @property
    def last_day(self) -> datetime:
        """An instant of the last day of its period."""
        return (self.until or self.cut_off) - timedelta(microseconds=1)

    @property
    def subject(self) -> Outage | Workflow | Team | None:
        """What it is about; None is the whole organisation."""
        return self.outage or self.workflow or self.team


class VolumeQuerySet(models.QuerySet["Volume"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As for its report."""
        return self.filter(report__in=Report.objects.allowing(user, action).values("pk"))


class Volume(models.Model):
    """A part of the annex of a report whose tables are too long for one file.

    Written with the report, which prints its number, its rows and its SHA-256.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="volumes")
    number = models.PositiveSmallIntegerField(_("volume"))
    table = models.CharField(max_length=20)
    first_row = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    pages = models.PositiveIntegerField(_("pages"))
    pdf = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64)

    objects = VolumeQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "number"], name="one_volume_per_number"
            ),
            models.CheckConstraint(
                name="volume_holds_rows",
                condition=Q(first_row__gte=1, last_row__gte=F("first_row")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} / {self.number}"


PERIOD_LABELS: Final = {
    Period.MONTH: _("The month before"),
    Period.QUARTER: _("The quarter before"),
    Period.YEAR: _("The year before"),
    Period.DAYS_90: _("The 90 days before"),
    Period.MONTHS_12: _("The 12 months before"),
}
LOOKING_BACK: Final = (ReportKind.CONTINUITY, ReportKind.EVIDENCE)
"""Kinds that are about a period."""
REGULAR: Final = [
    (kind.value, kind.label)
    for kind in (
        ReportKind.CONTINUITY,
        ReportKind.EVIDENCE,
        ReportKind.TEAM_PLAN,
        ReportKind.GRAB_PACK,
    )
]
"""What can be made regularly: all that is not about one drill."""


class RegularQuerySet(TeamOwnedQuerySet["Regular"]):
    """One about the whole organisation is for who may do the action in every team."""

    def due(self, now: datetime) -> Self:
        return self.filter(paused=False, next_due_at__lte=now)


class Regular(models.Model):
    """A report that is made by itself, again and again, and sent to people by mail.

    `next_due_at` is when, empty when nothing more will come.
    """

    title = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("report"), max_length=12, choices=REGULAR)
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regular_reports",
        verbose_name=_("about"),
    )
    period = models.CharField(
        _("period"),
        max_length=10,
        blank=True,
        choices=[(one.value, label) for one, label in PERIOD_LABELS.items()],
    )
    language = models.CharField(_("language"), max_length=5, choices=Tongue)
    paper = models.CharField(_("paper"), max_length=10, choices=Paper, default=Paper.A4)
    attach_facts = models.BooleanField(_("facts in the PDF"), default=False)
    attach_pdf = models.BooleanField(_("PDF in the mail"), default=True)
    starts_on = models.DateField(_("first day"))
    starts_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=60)
    rrule = models.CharField(_("repeats"), max_length=200)
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("sent to")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    paused = models.BooleanField(_("paused"), default=False)
    next_due_at = models.DateTimeField(_("next report"), null=True, blank=True)

    objects = RegularQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                name="regular_report_has_what_its_kind_needs",
                condition=(
                    Q(kind__in=["continuity", "evidence"]) & ~Q(period="")
                    | Q(kind__in=["team_plan", "grab_pack"], period="", team__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"], name="regular_due", condition=Q(paused=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:regular", args=[self.pk])


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def to_tell(self) -> Self:
        """Those whose report is made, or has failed, and nobody knows yet."""
        return self.filter(
            Q(report__state=ReportState.DONE)
            | Q(report__state=ReportState.FAILED, failure_told_at=None),
            told_at=None,
        )


class Occurrence(models.Model):
    """One time that a regular report came due: the report made for it, once."""

    regular = models.ForeignKey(Regular, models.CASCADE, related_name="occurrences")
    due_at = models.DateTimeField(_("due"))
    passed_over = models.PositiveIntegerField(default=0)
    """Earlier times that went by while nobody was there to make a report."""
    report = models.OneToOneField(Report, models.PROTECT, related_name="occurrence")
    told_at = models.DateTimeField(_("sent"), null=True)
    failure_told_at = models.DateTimeField(null=True)
    told = models.PositiveIntegerField(default=0)
    """To how many people it went."""
    left_out = models.PositiveIntegerField(default=0)
    """Recipients who may not see it any more, or may not sign in."""

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["regular", "due_at"], name="one_report_per_occurrence"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="occurrence_to_tell", condition=Q(told_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regular_id} at {self.due_at:%Y-%m-%d %H:%M}"


class LogoQuerySet(models.QuerySet["Logo"]):
    def allowing(self, user: User, action: Action) -> Self:
        """All who sign in may see it: it stands on every report."""
        return self if action == Action.VIEW or user.may(action) else self.none()


class Logo(models.Model):
    """The organisation's logo, on the reports made from when it was set. One row."""

    content = models.BinaryField()
    """A PNG, drawn anew from what was given."""
    alt = models.CharField(_("what it shows, in words"), max_length=120)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    set_at = models.DateTimeField()

    objects = LogoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_logo"),
        ]

    def __str__(self) -> str:
        return self.alt
