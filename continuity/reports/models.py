"""The record: a report is a row first, then a file."""

from datetime import datetime
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
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
        language and on the same paper."""
        return self.filter(
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
    def subject(self) -> Outage | Workflow | Team | None:
        """What it is about; None is the whole organisation."""
        return self.outage or self.workflow or self.team


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
