"""What people press and type on the live page."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from continuity.domain.clocks import Clock, Press
from continuity.outages.models import CLOCK_LABELS, Decision
from continuity.web import pictures

LONGEST_WAIT = 1000 * 3600 * 24 * 366
"""An age above this, in milliseconds, is nonsense and must not run out of the calendar."""

YEARS = range(2000, 2200)
"""A phone that believes itself in another year knows nothing of the time."""


class ClaimedInstant(forms.DateTimeField):
    """An instant that a device claims; one that cannot be is as good as none.

    A press must not be lost because of what a phone believes the time to be.
    """

    def clean(self, value: Any) -> datetime | None:
        found: datetime | None
        try:
            found = super().clean(value)
        except forms.ValidationError:
            return None
        if found is None or found.year not in YEARS:
            return None
        return found.astimezone(UTC)


class ClaimedLength(forms.Field):
    """A length in milliseconds that a device claims; nonsense is as good as none."""

    def clean(self, value: Any) -> timedelta | None:
        text = str(value or "").strip()
        if not text.removeprefix("-").isdecimal() or len(text) > len(str(LONGEST_WAIT)):
            return None
        return timedelta(milliseconds=max(0, min(int(text), LONGEST_WAIT)))


class SentForm(forms.Form):
    """What the page's own script says of when it was pressed; a plain form says
    nothing of it."""

    key = forms.UUIDField(required=False)
    pressed_at = ClaimedInstant(required=False)
    heard_at = ClaimedInstant(required=False)
    age_ms = ClaimedLength(required=False)
    wall_ms = ClaimedLength(required=False)

    def press(self) -> Press:
        said = self.cleaned_data
        return Press(said["pressed_at"], said["age_ms"], said["wall_ms"], said["heard_at"])


class PressForm(SentForm):
    """One press of a button, by the page's own script or as a plain form."""

    clock = forms.ChoiceField(choices=list(CLOCK_LABELS.items()))
    key = forms.UUIDField()
    alternative = forms.IntegerField(required=False)
    other = forms.CharField(label=_("Another way"), max_length=160, required=False)
    capacity = forms.IntegerField(
        label=_("Work done, percent of normal"), required=False, min_value=0, max_value=999
    )
    quality = forms.IntegerField(
        label=_("Quality, percent of normal"), required=False, min_value=0, max_value=999
    )

    decision = forms.ChoiceField(required=False, choices=[("", ""), *Decision.choices])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("alternative") == 0:  # one that nobody had planned
            said["alternative"] = None
            if not said.get("other"):
                self.add_error("other", _("Say what you have switched to."))
        return said

    def clean_decision(self) -> Decision | None:
        said = self.cleaned_data["decision"]
        return Decision(said) if said else None

    def clean_clock(self) -> Clock:
        return Clock(self.cleaned_data["clock"])

    def facts(self) -> dict[str, Any]:
        """Return what `services.marks.mark` takes, but for who and when."""
        said = self.cleaned_data
        return {
            "key": said["key"],
            "pressed_at": said["pressed_at"],
            "age": said["age_ms"],
            "wall_age": said["wall_ms"],
            "heard_at": said["heard_at"],
            "alternative_pk": said["alternative"],
            "other": said["other"],
            "capacity": said["capacity"],
            "quality": said["quality"],
            "decision": said["decision"],
        }


class NoteForm(SentForm):
    text = forms.CharField(label=_("Note"), max_length=500, widget=forms.Textarea)
    recovery = forms.IntegerField(required=False, widget=forms.HiddenInput)


class StuckForm(SentForm):
    reason = forms.CharField(
        label=_("What is in the way?"), max_length=500, widget=forms.Textarea
    )


class PictureForm(SentForm):
    """A picture from the phone, known by its content and kept without its metadata."""

    key = forms.UUIDField()
    picture = forms.FileField(label=_("Picture"))
    caption = forms.CharField(label=_("What it shows"), max_length=200, required=False)

    def clean_picture(self) -> tuple[str, pictures.Clean]:
        file: UploadedFile[Any] = self.cleaned_data["picture"]
        if file.size is None or file.size > pictures.MOST_BYTES:
            raise forms.ValidationError(
                _("This picture is larger than 10 MB. Take a smaller one."), "too_large"
            )
        try:
            return str(file.name), pictures.clean(file.read())
        except pictures.NotAPicture:
            raise forms.ValidationError(
                _("This is not a picture that can be read. Send a JPEG, PNG or WebP file."),
                "not_a_picture",
            ) from None


class HandOverForm(forms.Form):
    person = forms.IntegerField(label=_("Who leads it from now on"))


class ExcuseForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea)
    recovery = forms.IntegerField(widget=forms.HiddenInput)
