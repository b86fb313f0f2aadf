"""What a person chooses before a continuity report is made."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.reports.models import Paper
from continuity.reports.queries import teams

PERIODS = {
    90: _("Last 90 days"),
    180: _("Last 180 days"),
    365: _("Last 12 months"),
}


class ContinuityReportForm(forms.Form):
    team = forms.ModelChoiceField(
        label=_("About"), queryset=Team.objects.none(), required=False
    )
    period = forms.TypedChoiceField(
        label=_("Drills of"), choices=list(PERIODS.items()), coerce=int, initial=365
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("en", _("English")), ("fr", _("French"))]
    )
    paper = forms.ChoiceField(label=_("Paper"), choices=Paper, initial=Paper.A4)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.fields["team"]
        if not isinstance(team, forms.ModelChoiceField):
            raise TypeError("the team is chosen from a list")
        team.queryset = teams(user)
        # Only who may see every team may have the report on all of them.
        team.empty_label = _("The whole organisation") if user.may(Action.VIEW) else None
        team.required = not user.may(Action.VIEW)
        self.fields["language"].initial = get_language()

    @property
    def has_choice(self) -> bool:
        """Say whether there is anything to report on: who is in no team has nothing."""
        team = self.fields["team"]
        return not team.required or team.queryset.exists()  # type: ignore[attr-defined]

    @property
    def length(self) -> timedelta:
        return timedelta(days=self.cleaned_data["period"])
