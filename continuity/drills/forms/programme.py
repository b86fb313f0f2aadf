"""Days without drills, and what the programme demands."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.drills.imports import Holiday, UnreadableHolidays, read_holidays

UNREADABLE: Final[Mapping[str, Promise]] = {
    "unreadable": _("This is not a calendar file. Its name mostly ends in .ics."),
    "empty": _("No day of this file lies within the next five years."),
    "too_many": _("That is too much: 1,000 days at most."),
    "too_long": _("It holds an event of more than 100 days. That is no holiday."),
    "rule": _("One of its events recurs in a way that cannot be read."),
}


class BlackoutForm(forms.Form):
    """A calendar of holidays. Once valid, `holidays` are the days it holds."""

    LARGEST = 1024 * 1024

    file = forms.FileField(
        label=_("Calendar file"),
        help_text=_(
            "An iCalendar file (.ics) of holidays, as many sites offer. 1 MB at most."
        ),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )
    holidays: tuple[Holiday, ...] = ()

    def __init__(self, data: Any = None, files: Any = None, *, today: date) -> None:
        super().__init__(data, files)
        self.today = today

    def clean_file(self) -> Any:
        file: Any = self.cleaned_data["file"]
        if (file.size or 0) > self.LARGEST:
            raise forms.ValidationError(_("This file is too large: 1 MB at most."))
        try:
            self.holidays = read_holidays(file.read(), today=self.today)
        except UnreadableHolidays as error:
            reason = str(error.fields["reason"])
            raise forms.ValidationError(str(UNREADABLE[reason])) from error
        return file


class ProgrammeForm(forms.Form):
    overdue_months = forms.IntegerField(
        label=_("Months without a drill until a workflow is overdue"),
        min_value=1,
        max_value=120,
    )
