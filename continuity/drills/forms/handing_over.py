"""Whose things, and who gets them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.drills.queries.handing_over import successors


class PeopleFilter(forms.Form):
    q = forms.CharField(
        label=_("Search people by name or address"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name or address")}
        ),
    )
    closed = forms.ChoiceField(
        label=_("Accounts"),
        required=False,
        choices=[("", _("All accounts")), ("1", _("Closed ones only"))],
    )


class SuccessorForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("Who takes it over"),
        queryset=User.objects.none(),
        empty_label=_("Choose a person"),
        error_messages={"invalid_choice": _("Choose a person of the list.")},
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["to"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = successors(person)
