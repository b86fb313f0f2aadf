"""What a person chooses before a report is made."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.reports.models import SHEETS, TONGUES, Paper, Tongue
from continuity.reports.queries import teams
from continuity.reports.services import Form

PERIODS = {
    90: _("Last 90 days"),
    180: _("Last 180 days"),
    365: _("Last 12 months"),
}


class LookForm(forms.Form):
    """How the file is to look."""

    language = forms.ChoiceField(label=_("Language"), choices=TONGUES)
    paper = forms.ChoiceField(label=_("Paper"), choices=SHEETS, initial=Paper.A4)
    attach_facts = forms.BooleanField(
        label=_("Put the facts into the PDF, as JSON"),
        required=False,
        help_text=_("For programs that read figures. The file is then PDF/A-3."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language()

    @property
    def look(self) -> Form:
        chosen = self.cleaned_data
        return Form(chosen["language"], chosen["paper"], chosen["attach_facts"])


class PackForm(LookForm):
    """The grab pack of one workflow: also in two languages, also in pocket size."""

    language = forms.ChoiceField(label=_("Language"), choices=Tongue)
    paper = forms.ChoiceField(
        label=_("Paper"),
        choices=Paper,
        initial=Paper.A4,
        help_text=_("Two pages a workflow: one sheet, printed on both sides."),
    )


class _TeamChoice(LookForm):
    """Of which team; the whole organisation only where `whole` and who sees all of it."""

    whole = False
    team = forms.ModelChoiceField(
        label=_("About"), queryset=Team.objects.none(), required=False
    )
    field_order = ["team", "period", "language", "paper", "attach_facts"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.fields["team"]
        if not isinstance(team, forms.ModelChoiceField):
            raise TypeError("the team is chosen from a list")
        team.queryset = teams(user)
        # Only who may see every team may have the report on all of them.
        every = self.whole and user.may(Action.VIEW)
        if self.whole:
            team.empty_label = _("The whole organisation") if every else None
        team.required = not every

    @property
    def has_choice(self) -> bool:
        """Say whether there is anything to report on: who is in no team has nothing."""
        team = self.fields["team"]
        return not team.required or team.queryset.exists()  # type: ignore[attr-defined]


class TeamPackForm(PackForm, _TeamChoice):
    """The grab pack of a team, in the languages and sizes of a pack: those come first, or
    those of any report would take their place."""


class PlanForm(_TeamChoice):
    """The plan of a team."""


class _PeriodForm(_TeamChoice):
    """For what looks back; also on all teams."""

    whole = True
    period = forms.TypedChoiceField(
        label=_("Drills of"), choices=list(PERIODS.items()), coerce=int, initial=365
    )

    @property
    def length(self) -> timedelta:
        return timedelta(days=self.cleaned_data["period"])


class ContinuityReportForm(_PeriodForm):
    """The continuity report."""


class EvidenceForm(_PeriodForm):
    """The evidence register."""

    period = forms.TypedChoiceField(
        label=_("Evidence of"),
        choices=[*PERIODS.items(), (1096, _("Last three years"))],
        coerce=int,
        initial=365,
    )


class LogoForm(forms.Form):
    """The logo on reports."""

    picture = forms.FileField(
        label=_("Logo"),
        help_text=_("A PNG or JPEG, at most 1 MB. It is printed 9 mm high."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    alt = forms.CharField(
        label=_("What it shows, in words"),
        max_length=120,
        help_text=_("Read out by screen readers, usually the organisation’s name."),
    )
