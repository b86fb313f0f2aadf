"""What the lists of drills are filtered by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.outages.models import STATE_LABELS


class FilterForm(forms.Form):
    q = forms.CharField(
        label=_("Search drills"),
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": _("Search drills")}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Every state")),
            ("running", pgettext_lazy("drills that are", "Running")),
            ("coming", pgettext_lazy("drills that are", "Coming")),
            ("overdue", pgettext_lazy("drills that are", "Overdue")),
            *(
                (state.value, STATE_LABELS[state])
                for state in STATE_LABELS
                if state in {"ended", "reviewed", "aborted", "missed"}
            ),
        ],
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("Every team")
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)


class CalendarForm(forms.Form):
    """Whose drills the calendar shows; the month and the view stay as they are."""

    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("Every team")
    )
    month = forms.CharField(required=False, widget=forms.HiddenInput)
    view = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)


class LinkForm(forms.Form):
    """Whose drills a calendar program is to read."""

    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Whose drills"),
        required=False,
        empty_label=_("Those I take part in"),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)


class CoverageForm(forms.Form):
    """Whose workflows, and whether only those that are overdue."""

    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("Every team")
    )
    overdue = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[("", _("All workflows")), ("1", _("Overdue ones"))],
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)
