"""Who: the organisation, its people, its teams, and who may see what."""

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from continuity.accounts.roles import POLICY, Action, OrganisationRole, TeamRole

TEAM_ROLE_LABELS = {
    TeamRole.VIEWER: _("Viewer"),
    TeamRole.MEMBER: _("Member"),
    TeamRole.LEAD: _("Lead"),
}
ORGANISATION_ROLE_LABELS = {
    OrganisationRole.NONE: _("None"),
    OrganisationRole.AUDITOR: _("Auditor (reads all teams)"),
    OrganisationRole.MANAGER: _("Continuity manager (all teams)"),
    OrganisationRole.ADMINISTRATOR: _("Administrator (settings and people)"),
}
LANGUAGE_LABELS = {"": _("As the browser says"), "en": _("English"), "fr": _("French")}
THEME_LABELS = {"": _("As the device says"), "light": _("Light"), "dark": _("Dark")}


class Organisation(models.Model):
    """The one organisation of this installation."""

    name = models.CharField(_("name"), max_length=120)
    zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    upstream_stale_days = models.PositiveSmallIntegerField(
        _("days until a recorded upstream counts as stale"), default=365
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    review_months = models.PositiveSmallIntegerField(
        _("months until a workflow is due for review"), default=12
    )
    concentration_limit = models.PositiveSmallIntegerField(
        _("limit of concentration, percent"), default=40
    )
    is_sample = models.BooleanField(_("holds the sample data"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_organisation"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Make an administrator. There is no separate superuser in this product."""
        fields.setdefault("organisation_role", OrganisationRole.ADMINISTRATOR)
        return self.create_user(email, password, **fields)


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    organisation_role = models.CharField(
        _("role in the organisation"),
        max_length=14,
        choices=list(ORGANISATION_ROLE_LABELS.items()),
        default=OrganisationRole.NONE,
        blank=True,
    )
    language = models.CharField(
        _("language"), max_length=5, choices=list(LANGUAGE_LABELS.items()), blank=True
    )
    theme = models.CharField(
        _("appearance"), max_length=5, choices=list(THEME_LABELS.items()), blank=True
    )
    zone = models.CharField(_("time zone"), max_length=60, blank=True)
    single_keys = models.BooleanField(_("shortcuts of a single key"), default=True)
    shows_steps = models.BooleanField(_("first steps on the overview"), default=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("added"), null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_address"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for the round badge: "Camille Renaud" is CR."""
        words = str(self).replace("@", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def may(self, action: Action) -> bool:
        """Say whether the organisation role alone allows `action`, in every team."""
        return self.organisation_role in POLICY[action].organisation_roles


class TeamQuerySet(models.QuerySet["Team"]):
    def allowing(self, user: User, action: Action) -> Self:
        """Return the teams in which `user` may do `action`."""
        if user.may(action):
            return self
        role = POLICY[action].team_role
        if role is None:
            return self.none()
        own = Membership.objects.filter(user=user, role__gte=role).values("team")
        return self.filter(Q(pk__in=own) | Q(parent__in=own))


class Team(models.Model):
    """People who share workflows. A team may belong to a department, itself a team."""

    name = models.CharField(_("name"), max_length=240)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("department"),
    )
    members = models.ManyToManyField(User, through="Membership", related_name="teams")

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "parent",
                name="one_team_per_name_and_department",
                nulls_distinct=False,
                violation_error_message=_("A team with this name exists already."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=models.F("pk")), name="team_is_not_its_own_department"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep departments one level deep, so that permission is two look-ups."""
        if self.parent is not None and self.parent.parent_id is not None:
            raise ValidationError(
                {"parent": _("A department cannot itself belong to a department.")}
            )
        if self.parent_id and self.pk and self.children.exists():
            raise ValidationError(
                {"parent": _("This team has teams of its own; move them first.")}
            )


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(
        _("role"), choices=[(int(role), label) for role, label in TEAM_ROLE_LABELS.items()]
    )

    class Meta:
        ordering = ["-role", "user__name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="one_role_per_team"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class TeamOwnedQuerySet[M: models.Model](models.QuerySet[M]):
    """For every model that belongs to a team: the one place that says who may see what."""

    team_path: ClassVar[str] = "team"
    """The look-up from the model to its team."""

    def allowing(self, user: User, action: Action) -> Self:
        """Keep what `user` may do `action` to. A subquery, so no row comes twice."""
        if user.may(action):
            return self
        if POLICY[action].team_role is None:
            return self.none()
        teams = Team.objects.allowing(user, action).values("pk")
        return self.filter(**{f"{self.team_path}__in": teams})


class SharedQuerySet[M: models.Model](models.QuerySet[M]):
    """For what all who sign in may read: the catalogue of tools, the scenarios."""

    def allowing(self, user: User, action: Action) -> Self:
        if action in {Action.SIGNED_IN, Action.VIEW} or user.may(action):
            return self
        return self.none()
