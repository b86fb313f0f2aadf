"""What people ask of "what if"; all of it stands in the address."""

from datetime import time, timedelta
from typing import Any, Final

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.inventory.queries import known_outages
from continuity.inventory.queries.what_if import Asked, Setting
from continuity.web.fields import LengthField

LONGEST: Final = timedelta(days=14)
MOST_TOOLS: Final = 20
NINE: Final = time(9)
FOUR_HOURS: Final = timedelta(hours=4)


class WhatIfForm(forms.Form):
    """Tools or a known outage, and an hour of the week.

    `chosen` are the tools asked for, which the page shows as boxes to untick; the list
    adds one more to them.
    """

    outage = forms.ChoiceField(label=_("A real outage"), required=False)
    day = forms.TypedChoiceField(
        label=_("Day of the week"), required=False, coerce=int, empty_value=None
    )
    at = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write a time of day, as in 09:30.")},
    )
    length = LengthField(
        label=_("How long the tools are lost"), required=False, longest=LONGEST
    )
    length.widget.attrs["placeholder"] = "4 h"

    def __init__(self, data: Any, *, setting: Setting, **options: Any) -> None:
        super().__init__(data, **options)
        names = setting.tools
        self.unknown_tools = False
        chosen: dict[int, str] = {}
        for text in data.getlist("tool"):
            if not text:
                continue
            key = int(text) if text.isdecimal() and len(text) < 10 else 0
            if key in names:
                chosen[key] = names[key]
            else:
                self.unknown_tools = True
        self.chosen = chosen
        self.others = [one for one in names.items() if one[0] not in chosen]
        days: list[tuple[str, str | Promise]] = [
            (str(number), name) for number, name in WEEKDAYS.items()
        ]
        outages = [(one.key, one.title) for one in known_outages.facts()]
        _choices(self, "outage", [("", _("None: only the tools above")), *outages])
        _choices(self, "day", [("", _("When it was, or Monday")), *days])

    @property
    def asks(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.chosen or self.unknown_tools or self.data.get("outage"))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.unknown_tools:
            self.add_error(
                None,
                _("One of the tools in this address is not in the catalogue any more."),
            )
        if len(self.chosen) > MOST_TOOLS:
            self.add_error(
                None,
                _("These are too many tools at once. Choose %(most)d at most.")
                % {"most": MOST_TOOLS},
            )
        length = found.get("length")
        if length is not None and length <= timedelta():
            self.add_error("length", _("Give a length longer than zero."))
        return found

    @property
    def asked(self) -> Asked:
        """What is asked, once the form is valid."""
        found = self.cleaned_data
        at = found["at"] or NINE
        day = found["day"]
        if day is None and (not found["outage"] or found["at"]):
            day = 0
        return Asked(
            tools=tuple(self.chosen),
            outage=found["outage"],
            weekday=day,
            clock=timedelta(hours=at.hour, minutes=at.minute),
            length=found["length"] or FOUR_HOURS,
        )


def _choices(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
