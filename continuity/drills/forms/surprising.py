"""Another window for a surprise."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.drills.forms.lengths import WINDOWS, choices, length
from continuity.drills.models import Drill


class WindowForm(forms.Form):
    """When the window opens and how long it is; `begins` is an instant once it is valid."""

    starts_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    starts_time = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    window = forms.TypedChoiceField(
        label=_("Window from the time on"), choices=choices(WINDOWS), coerce=length
    )

    def __init__(self, *args: Any, zone: ZoneInfo, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, wall = cleaned.get("starts_on"), cleaned.get("starts_time")
        if day is None or wall is None:
            return cleaned
        if not 2000 <= day.year <= 2199:
            self.add_error("starts_on", str(_("Choose a day between 2000 and 2199.")))
            return cleaned
        begins = datetime.combine(day, wall, self.zone)
        if begins <= self.now:
            words = _("The window has to lie ahead: choose a later day or time.")
            self.add_error("starts_on", str(words))
        cleaned["begins"] = begins
        return cleaned


def initial_of(drill: Drill, zone: ZoneInfo) -> dict[str, object]:
    """Return the window of `drill` as the form shows it on the wall of `zone`."""
    local = drill.occurrence_at.astimezone(zone)
    found: dict[str, object] = {"starts_on": local.date(), "starts_time": local.time()}
    if drill.window_ends_at is not None:
        lasts = drill.window_ends_at - drill.occurrence_at
        found["window"] = str(int(lasts.total_seconds()))
    return found
