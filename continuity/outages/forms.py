"""What people press and type on the live page."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.domain.clocks import Clock
from continuity.outages.models import CLOCK_LABELS, Decision

LONGEST_WAIT = 1000 * 3600 * 24 * 366
"""An age above this, in milliseconds, is nonsense and must not run out of the calendar."""


class PressForm(forms.Form):
    """One press of a button, by the page's own script or as a plain form."""

    clock = forms.ChoiceField(choices=list(CLOCK_LABELS.items()))
    key = forms.UUIDField()
    pressed_at = forms.DateTimeField(required=False)
    age_ms = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_WAIT)
    alternative = forms.IntegerField(required=False)
    capacity = forms.IntegerField(
        label=_("Work done, percent of normal"), required=False, min_value=0, max_value=999
    )
    quality = forms.IntegerField(
        label=_("Quality, percent of normal"), required=False, min_value=0, max_value=999
    )

    decision = forms.ChoiceField(required=False, choices=[("", ""), *Decision.choices])

    def clean_decision(self) -> Decision | None:
        said = self.cleaned_data["decision"]
        return Decision(said) if said else None

    def clean_clock(self) -> Clock:
        return Clock(self.cleaned_data["clock"])

    def clean_age_ms(self) -> timedelta | None:
        age: int | None = self.cleaned_data["age_ms"]
        return None if age is None else timedelta(milliseconds=age)


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=500, widget=forms.Textarea)
    recovery = forms.IntegerField(required=False, widget=forms.HiddenInput)


class StuckForm(forms.Form):
    reason = forms.CharField(
        label=_("What is in the way?"), max_length=500, widget=forms.Textarea
    )


class HandOverForm(forms.Form):
    person = forms.IntegerField(label=_("Who leads it from now on"))


class ExcuseForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea)
    recovery = forms.IntegerField(widget=forms.HiddenInput)
