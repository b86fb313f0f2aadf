"""What one says of a new access token."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("The program that will use it, so that you know later which it was."),
    )
    days = forms.TypedChoiceField(
        label=_("It counts for"),
        coerce=int,
        initial=90,
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (180, _("180 days")),
            (365, _("A year")),
        ],
        help_text=_("At most a year. Then make a new one."),
    )


class TokensFilter(forms.Form):
    q = forms.CharField(
        label=_("Search tokens"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name, beginning or owner")}
        ),
    )
