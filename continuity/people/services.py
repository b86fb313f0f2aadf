"""Changing who is here, in which team, and as what: one verb, one line of history each."""

from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.translation import gettext as _

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import Action, OrganisationRole, TeamRole
from continuity.domain.errors import Conflict, Refused
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe


class LastAdministrator(Refused):
    """Somebody has to be able to let people in."""

    code = "last_administrator"


class OwnAccount(Refused):
    """Who closes their own account cannot open it again."""

    code = "own_account"


class TeamInUse(Refused):
    """The team has workflows, drills or teams of its own."""

    code = "team_in_use"


@transaction.atomic(durable=True)
def set_up(
    *, organisation: str, zone: str, name: str, email: str, password: str, now: datetime
) -> User:
    """Name the organisation and make its first administrator.

    Two people may send the form at the same moment: the second waits for the
    organisation's row and then raises Conflict, as does anyone once there are users.
    """
    Organisation.objects.get_or_create(pk=1, defaults={"name": organisation})
    own = Organisation.objects.select_for_update().get(pk=1)
    if User.objects.exists():
        raise Conflict("There is an administrator already.")
    own.name = organisation
    own.zone = zone
    own.save(update_fields=["name", "zone"])
    person = User.objects.create_user(
        email,
        password,
        name=name,
        zone=zone,
        organisation_role=OrganisationRole.ADMINISTRATOR,
        joined_at=now,
    )
    record("organisation.set_up", own, actor=person, now=now, after={"name": own.name})
    return person


@transaction.atomic(durable=True)
def change_organisation(
    *,
    name: str,
    zone: str,
    upstream_stale_days: int,
    review_months: int,
    currency: str,
    concentration_limit: int,
    actor: User,
    now: datetime,
) -> Organisation:
    """Change the settings of the organisation; without a difference, leave no trace."""
    Organisation.objects.get_or_create(pk=1, defaults={"name": name})
    own = Organisation.objects.select_for_update().get(pk=1)
    wanted = {
        "name": name,
        "zone": zone,
        "upstream_stale_days": upstream_stale_days,
        "review_months": review_months,
        "currency": currency,
        "concentration_limit": concentration_limit,
    }
    _change("organisation.changed", own, wanted, actor=actor, now=now)
    return own


@transaction.atomic(durable=True)
def add_person(
    *,
    name: str,
    email: str,
    organisation_role: OrganisationRole | str,
    language: str,
    zone: str,
    actor: User,
    now: datetime,
) -> User:
    """Add somebody who has no password yet, and owe them the link to choose one."""
    person = User.objects.create_user(
        email,
        name=name,
        organisation_role=organisation_role,
        language=language,
        zone=zone,
        joined_at=now,
    )
    after = {"email": person.email, "organisation_role": person.organisation_role}
    record("person.added", person, actor=actor, now=now, after=after)
    owe([person], write=_invitation(actor), key="invitation", now=now, kind=Kind.ACCOUNT)
    return person


@transaction.atomic(durable=True)
def change_person(
    person_pk: int,
    *,
    name: str,
    organisation_role: OrganisationRole | str,
    actor: User,
    now: datetime,
) -> User:
    """Change a name or a role. Raises LastAdministrator if nobody would be left."""
    administrators = _lock_administrators()
    person = User.objects.select_for_update().get(pk=person_pk)
    if organisation_role != OrganisationRole.ADMINISTRATOR:
        _refuse_to_lose(person, administrators)
    wanted = {"name": name, "organisation_role": organisation_role}
    _change("person.changed", person, wanted, actor=actor, now=now)
    return person


@transaction.atomic(durable=True)
def close_account(person_pk: int, *, actor: User, now: datetime) -> None:
    """Let somebody in no more, from their very next click. What they did stays theirs.

    Raises OwnAccount for one's own, LastAdministrator if nobody would be left.
    """
    if person_pk == actor.pk:
        raise OwnAccount("Somebody else has to close this account.")
    administrators = _lock_administrators()
    person = User.objects.select_for_update().get(pk=person_pk)
    _refuse_to_lose(person, administrators)
    _change("person.closed", person, {"is_active": False}, actor=actor, now=now)


@transaction.atomic(durable=True)
def open_account(person_pk: int, *, actor: User, now: datetime) -> None:
    """Let somebody in again, with the password they had."""
    person = User.objects.select_for_update().get(pk=person_pk)
    _change("person.opened", person, {"is_active": True}, actor=actor, now=now)


@transaction.atomic(durable=True)
def send_link(person_pk: int, *, actor: User, now: datetime) -> None:
    """Owe somebody a new link to choose a password."""
    person = User.objects.get(pk=person_pk)
    key = f"password-link-{now.isoformat()}"
    owe([person], write=_invitation(actor), key=key, now=now, kind=Kind.ACCOUNT)
    record("person.link_sent", person, actor=actor, now=now)


@transaction.atomic(durable=True)
def owe_password_link(person: User, *, now: datetime) -> None:
    """Owe somebody who has forgotten their password a link, at their own request."""
    key = f"password-link-{now.isoformat()}"
    owe([person], write=_forgotten, key=key, now=now, kind=Kind.ACCOUNT)


@transaction.atomic(durable=True)
def set_preferences(
    person_pk: int,
    *,
    now: datetime,
    name: str | None = None,
    language: str | None = None,
    theme: str | None = None,
    zone: str | None = None,
    single_keys: bool | None = None,
    shows_steps: bool | None = None,
) -> User:
    """Change what somebody chose for themselves; None leaves a choice as it is.

    Only the name leaves a line of history: the others see nothing of the rest.
    """
    person = User.objects.select_for_update().get(pk=person_pk)
    choices = {
        "language": language,
        "theme": theme,
        "zone": zone,
        "single_keys": single_keys,
        "shows_steps": shows_steps,
    }
    chosen = {field: value for field, value in choices.items() if value is not None}
    if chosen:
        for field, value in chosen.items():
            setattr(person, field, value)
        person.save(update_fields=list(chosen))
    if name is not None:
        _change("person.changed", person, {"name": name}, actor=person, now=now)
    return person


@transaction.atomic(durable=True)
def make_team(*, name: str, parent: Team | None, actor: User, now: datetime) -> Team:
    """Add a team. Raises ValidationError if the name is taken in that department."""
    team = Team(name=name, parent=parent)
    team.full_clean()
    team.save(force_insert=True)
    after = {"name": name, "parent": parent}
    record("team.added", team, actor=actor, now=now, team=team, after=after)
    return team


@transaction.atomic(durable=True)
def change_team(
    team_pk: int, *, name: str, parent: Team | None, actor: User, now: datetime
) -> Team:
    """Rename a team or move it. Raises ValidationError as `make_team` does."""
    team = Team.objects.select_for_update(of=("self",)).get(pk=team_pk)
    old = {"name": team.name, "parent": team.parent}
    before, after = changes(old, {"name": name, "parent": parent})
    if not after:
        return team
    team.name = name
    team.parent = parent
    team.full_clean()
    team.save(update_fields=["name", "parent"])
    record(
        "team.changed", team, actor=actor, now=now, team=team, before=before, after=after
    )
    return team


@transaction.atomic(durable=True)
def remove_team(team_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Remove a team that nothing belongs to, and return what brings it back with its
    members. Raises TeamInUse for any other."""
    team = Team.objects.select_for_update(of=("self",)).get(pk=team_pk)
    record(
        "team.removed",
        team,
        actor=actor,
        now=now,
        before={"name": team.name, "parent": team.parent},
    )
    try:
        return deletions.remove(
            [team], kind="team", action=Action.ADMINISTER, actor=actor, now=now
        )
    except ProtectedError:
        raise TeamInUse("Move what belongs to this team first.") from None


def bring_back(deletion_pk: int, *, actor: User, now: datetime) -> Team:
    """Put back a team, or somebody in a team, in one transaction; return the team.

    Raises CannotBringBack with the reason, and then nothing has changed.
    """
    with deletions.bringing_back(deletion_pk, actor=actor, now=now) as back:
        thing: Team | Membership = back.things[0]
        if isinstance(thing, Membership):
            role = {"person": thing.user, "role": _role_name(thing.role)}
            record(
                "team.member_brought_back",
                thing.team,
                actor=actor,
                now=now,
                team=thing.team,
                after=role,
            )
            return thing.team
        try:
            thing.full_clean()
        except ValidationError:
            raise back.refuse("changed") from None
        after = {"name": thing.name, "parent": thing.parent}
        record("team.brought_back", thing, actor=actor, now=now, team=thing, after=after)
        return thing


@transaction.atomic(durable=True)
def set_membership(
    team: Team, person: User, role: TeamRole | int | None, *, actor: User, now: datetime
) -> Deletion | None:
    """Make `person` a `role` in `team`; None takes them out of it, which gives what
    brings them back."""
    # The team's row is the lock: there may be no membership yet to hold on to.
    Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    membership = Membership.objects.filter(team=team, user=person).first()
    had = None if membership is None else membership.role
    if had == role:
        return None
    gone = None
    if role is None and membership is not None:
        gone = deletions.remove(
            [membership],
            kind="team",
            action=Action.ADMINISTER,
            team=team,
            label=f"{person} – {team}",
            actor=actor,
            now=now,
        )
    elif role is not None:
        Membership.objects.update_or_create(
            team=team, user=person, defaults={"role": int(role)}
        )
    record(
        "team.member_changed",
        team,
        actor=actor,
        now=now,
        team=team,
        before={"person": person, "role": _role_name(had)},
        after={"person": person, "role": _role_name(role)},
    )
    return gone


def password_link(person: User) -> str:
    """Return an address at which `person` can choose a password.

    It works once, for three days (PASSWORD_RESET_TIMEOUT), and dies with any change
    of the password. Whoever holds it can sign in as that person.
    """
    uid, token = user_pk_to_url_str(person), default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", args=[uid, token])
    return f"{settings.BASE_URL}{path}"


def _role_name(role: TeamRole | int | None) -> str | None:
    return None if role is None else TeamRole(role).name.lower()


def _change(
    verb: str,
    subject: User | Organisation,
    wanted: dict[str, Any],
    *,
    actor: User,
    now: datetime,
) -> None:
    before, after = changes({field: getattr(subject, field) for field in wanted}, wanted)
    if not after:
        return
    for field, value in after.items():
        setattr(subject, field, value)
    subject.save(update_fields=list(after))
    record(verb, subject, actor=actor, now=now, before=before, after=after)


def _lock_administrators() -> set[int]:
    """Hold all administrators, always in the same order, so that two who demote each
    other at the same moment do so one after the other."""
    held = (
        User.objects.select_for_update()
        .filter(organisation_role=OrganisationRole.ADMINISTRATOR, is_active=True)
        .order_by("pk")
    )
    return {person.pk for person in held}


def _refuse_to_lose(person: User, administrators: set[int]) -> None:
    if administrators == {person.pk}:
        raise LastAdministrator("Make somebody else an administrator first.")


def _invitation(actor: User) -> Any:
    def write(person: User) -> Message:
        name = Organisation.objects.values_list("name", flat=True).first() or "Continuity"
        return Message(
            _("Your account with Continuity"),
            _(
                "Hello %(person)s,\n\n"
                "%(actor)s has opened an account with Continuity for you at "
                "%(organisation)s. Choose a password here:\n\n"
                "%(link)s\n\n"
                "The link works once and for three days. After that, “Forgotten your "
                "password?” on the sign-in page sends a new one.\n"
            )
            % {
                "person": person.name,
                "actor": actor.name,
                "organisation": name,
                "link": password_link(person),
            },
        )

    return write


def _forgotten(person: User) -> Message:
    return Message(
        _("Choose a new password for Continuity"),
        _(
            "Hello %(person)s,\n\n"
            "you, or somebody else, asked for a new password for this address. Choose "
            "it here:\n\n"
            "%(link)s\n\n"
            "The link works once and for three days. If it was not you, there is nothing "
            "to do: your password stays as it is.\n"
        )
        % {"person": person.name, "link": password_link(person)},
    )
