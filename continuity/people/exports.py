"""People and teams as files: all rows of their tables."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from continuity.accounts.models import Membership, Team, User
from continuity.web.tables.sheets import Column, Sheet, sheet, yes_no


def people(lines: Callable[[], Iterable[User]]) -> Sheet:
    """Return people, as queries.people reads them with their teams."""
    columns: list[Column[User]] = [
        Column(_("Name"), lambda one: one.name),
        Column(_("E-mail address"), lambda one: one.email),
        Column(
            _("Role in the organisation"),
            lambda one: (
                one.get_organisation_role_display() if one.organisation_role else ""
            ),
        ),
        Column(
            _("Teams"),
            lambda one: [each.team.name for each in one.memberships.all()],
        ),
        Column(_("Account closed"), lambda one: yes_no(not one.is_active)),
    ]
    return sheet("people", columns, lines)


def teams(lines: Callable[[], Iterable[Team]]) -> Sheet:
    """Return teams, as queries.teams counts what is in each."""
    columns: list[Column[Any]] = [
        Column(_("Team"), lambda team: team.name),
        Column(_("Department"), lambda team: team.parent.name if team.parent else ""),
        Column(_("People"), lambda team: team.people),
        Column(_("Teams in it"), lambda team: team.below),
    ]
    return sheet("teams", columns, lines)


def members(lines: Callable[[], Iterable[Membership]]) -> Sheet:
    """Return the people of a team with their roles."""
    columns: list[Column[Membership]] = [
        Column(_("Name"), lambda one: one.user.name),
        Column(_("E-mail address"), lambda one: one.user.email),
        Column(_("Role in the team"), lambda one: one.get_role_display()),
    ]
    return sheet("team", columns, lines)
