"""What a reader of the history looks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.history import queries


class HistoryFilter(forms.Form):
    q = forms.CharField(
        label=_("Search the history"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("What was changed, or who")}
        ),
    )
    kind = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[("", _("Everything")), *queries.KINDS.items()],
    )
    team = forms.TypedChoiceField()
    actor = forms.IntegerField(required=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        own = [(str(team.pk), team.name) for team in queries.teams(user)]
        self.fields["team"] = forms.TypedChoiceField(
            label=_("Team"),
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", _("All teams")), *own],
        )
