"""What people fill in about people."""

from typing import Any, Final

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import (
    LANGUAGE_LABELS,
    ORGANISATION_ROLE_LABELS,
    TEAM_ROLE_LABELS,
    THEME_LABELS,
    Team,
    User,
)
from continuity.accounts.roles import OrganisationRole
from continuity.people import queries
from continuity.web.markup import text

TEAM_ROLES = [(int(role), label) for role, label in TEAM_ROLE_LABELS.items()]
ZONE_HELP = _("Times are shown in this zone.")


def _zone_field(**options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in queries.zones()],
        **options,
    )


def _free_address(email: str) -> str:
    address = email.lower()
    if User.objects.filter(email__iexact=address).exists():
        raise ValidationError(_("Somebody has an account with this address already."))
    return address


class SetUpForm(forms.Form):
    organisation = forms.CharField(
        label=_("Name of your organisation"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    zone = _zone_field(initial="UTC", help_text=ZONE_HELP)
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters. Three or four unrelated words do well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        password = answers.get("password")
        if password:
            person = User(email=answers.get("email", ""), name=answers.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return answers


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    zone = _zone_field(help_text=_("Given to people who are added, and used in reports."))
    upstream_stale_days = forms.IntegerField(
        label=_("Days until a recorded upstream counts as stale"),
        help_text=_(
            "What a tool rides on changes. After this time somebody has to look again."
        ),
        min_value=1,
        max_value=3650,
    )
    review_months = forms.IntegerField(
        label=_("Months until a workflow is due for review"),
        help_text=_("Counted from its last approval. Its owner is told on that day."),
        min_value=1,
        max_value=60,
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=_("Currency"),
        help_text=_("Three capital letters, as in EUR: what an hour without work costs."),
        error_messages={"invalid": _("Write three capital letters, as in EUR.")},
        max_length=3,
    )
    concentration_limit = forms.IntegerField(
        label=_("Limit of concentration, in percent"),
        help_text=_(
            "The overview warns where more of the work than this would stop with one "
            "provider or one upstream."
        ),
        min_value=1,
        max_value=100,
    )


class PeopleFilter(forms.Form):
    q = forms.CharField(
        label=_("Search people by name or address"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name or address")}
        ),
    )
    role = forms.ChoiceField(
        label=_("Role in the organisation"),
        required=False,
        choices=[
            ("", _("All roles")),
            *[item for item in ORGANISATION_ROLE_LABELS.items() if item[0]],
        ],
    )
    closed = forms.ChoiceField(
        label=_("Accounts"),
        required=False,
        choices=[("", _("Open accounts")), ("1", _("Closed ones too"))],
    )


class TeamsFilter(forms.Form):
    q = forms.CharField(
        label=_("Search teams"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Team or department")}
        ),
    )


class NewPersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"))
    organisation_role = forms.ChoiceField(
        label=_("Role in the organisation"),
        choices=list(ORGANISATION_ROLE_LABELS.items()),
        required=False,
        help_text=_("Most people have none: what they may do comes from their teams."),
    )
    language = forms.ChoiceField(
        label=_("Language of their mails"),
        choices=[(key, label) for key, label in LANGUAGE_LABELS.items() if key],
    )

    def clean_email(self) -> str:
        return _free_address(self.cleaned_data["email"])


class PersonForm(forms.Form):
    """For somebody else, or oneself: `own` asks before one gives up one's own role."""

    name = forms.CharField(label=_("Name"), max_length=120)
    organisation_role = forms.ChoiceField(
        label=_("Role in the organisation"),
        choices=list(ORGANISATION_ROLE_LABELS.items()),
        required=False,
    )
    sure = forms.BooleanField(
        label=_("Yes, I give up my own administrator role"), required=False
    )

    def __init__(self, *args: Any, own: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not own:
            del self.fields["sure"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        role = answers.get("organisation_role")
        leaves = "sure" in self.fields and role != OrganisationRole.ADMINISTRATOR
        if leaves and not answers.get("sure"):
            self.add_error(
                "sure",
                _("This is your own role: without it you cannot come back to this page."),
            )
        return answers


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=list(LANGUAGE_LABELS.items()), required=False
    )
    theme = forms.ChoiceField(
        label=_("Appearance"), choices=list(THEME_LABELS.items()), required=False
    )
    zone = _zone_field(help_text=ZONE_HELP)
    single_keys = forms.BooleanField(
        label=_("Shortcuts of a single key"),
        required=False,
        help_text=_(
            "Such as “/” for the search. Turn them off if you speak to the computer or "
            "press keys by accident. Ctrl K always works."
        ),
    )


class PreferencesForm(forms.Form):
    """The buttons of the frame: each sends one field, and the rest stays as it is."""

    language = forms.ChoiceField(choices=list(LANGUAGE_LABELS.items()), required=False)
    theme = forms.ChoiceField(choices=list(THEME_LABELS.items()), required=False)
    zone = forms.ChoiceField(
        choices=lambda: [(zone, zone) for zone in queries.zones()], required=False
    )


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=240)

    def __init__(self, *args: Any, team: Team | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = queries.departments()
        if team is not None:
            choices = choices.exclude(pk=team.pk)
        self.fields["parent"] = forms.ModelChoiceField(
            label=_("Department"),
            queryset=choices,
            required=False,
            empty_label=_("None: it stands alone or is itself a department"),
            help_text=_("A role in a department holds in all of its teams."),
        )


class MemberForm(forms.Form):
    """Somebody's role in a team. Without a role they leave it."""

    person = forms.ModelChoiceField(queryset=User._default_manager.all())
    role = forms.TypedChoiceField(
        label=_("Role in the team"),
        choices=TEAM_ROLES,
        coerce=int,
        empty_value=None,
        required=False,
    )


NAMED: Final = 5
"""How many of those that a text may mean are named when it means several."""


PERSON_HELP: Final = _("A name or an e-mail address. Empty: nobody yet.")


class PersonInput(forms.TextInput):
    """A text with suggestions that the server looks up while somebody types. Without
    JavaScript there are none, and what was typed is looked up when it is sent."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "autocomplete": "off",
                "hx-get": reverse_lazy("accounts:choices"),
                "hx-trigger": "focus once, input changed delay:200ms",
                "hx-sync": "this:replace",
            }
        )

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        own = dict(attrs or {})
        found = f"{own.get('id', name)}-found"
        own |= {"list": found, "hx-target": f"#{found}", "hx-params": name}
        shown = super().render(name, value, own, renderer)
        return SafeString(f'{shown}<datalist id="{text(found)}"></datalist>')


class PersonField(forms.Field):
    """Names a person: by name, by e-mail address, or as the suggestions have it.

    Gives a User, None if empty. Who may not sign in any more is not found, `keep` aside:
    the person that is named already.
    """

    widget = PersonInput
    default_error_messages = {
        "nobody": _(
            "Nobody here is called “%(value)s”. Write a name or an e-mail address."
        ),
        "several": _("Several people may be meant: %(names)s. Write the e-mail address."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.keep: int | None = None

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the field: a person by name and address."""
        if isinstance(value, int):
            value = User.objects.filter(pk=value).first()
        return queries.written(value) if isinstance(value, User) else value

    def to_python(self, value: Any) -> User | None:
        asked = str(value or "").strip()[:300]
        if not asked:
            return None
        found = queries.meant(asked, keep=self.keep, most=NAMED)
        if not found:
            raise ValidationError(
                self.error_messages["nobody"], code="nobody", params={"value": asked}
            )
        if len(found) > 1:
            names = ", ".join(queries.written(one) for one in found)
            raise ValidationError(
                self.error_messages["several"], code="several", params={"names": names}
            )
        return found[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = initial.pk if isinstance(initial, User) else initial
        try:
            now = self.to_python(data)
        except ValidationError:
            return True
        return before != (now.pk if now else None)
