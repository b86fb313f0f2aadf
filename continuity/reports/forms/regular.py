"""A report that is made regularly."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.errors import InvalidRule
from continuity.domain.periods import Period
from continuity.domain.recurrence import Fault, next_after, parse
from continuity.drills.forms.planning import FAULTS
from continuity.reports import queries
from continuity.reports.models import (
    LOOKING_BACK,
    PERIOD_LABELS,
    REGULAR,
    Paper,
    Regular,
    ReportKind,
    Tongue,
)
from continuity.reports.services import Wish

MOST_RECIPIENTS: Final = 50

RHYTHMS: Final[Mapping[str, Promise]] = {
    "weekly": _("Every week"),
    "monthly": _("Every month"),
    "quarterly": _("Every three months"),
    "yearly": _("Every year"),
    "custom": _("By a rule of your own"),
}
_RULES: Final[Mapping[str, str]] = {
    "weekly": "FREQ=WEEKLY",
    "monthly": "FREQ=MONTHLY",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "yearly": "FREQ=YEARLY",
}


class RegularForm(forms.Form):
    """What is made, when, and who gets it; `wish` and `people` are what the services
    take."""

    title = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Report"), choices=REGULAR)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("About"), required=False)
    period = forms.ChoiceField(
        label=_("Period"),
        choices=[(one.value, label) for one, label in PERIOD_LABELS.items()],
        required=False,
        initial=Period.MONTH,
        help_text=_("For reports that look back. Counted from the day it is made."),
    )
    repeats = forms.ChoiceField(
        label=_("Repeats"), choices=list(RHYTHMS.items()), initial="monthly"
    )
    rrule = forms.CharField(
        label=_("Rule"),
        max_length=200,
        required=False,
        help_text=_("RFC 5545, as in FREQ=MONTHLY;BYDAY=1MO."),
    )
    starts_on = forms.DateField(
        label=_("First day"),
        error_messages={"required": _("Choose the day.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_time = forms.TimeField(
        label=_("Time"),
        initial=time(8),
        error_messages={"required": _("Choose the time.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    zone = forms.ChoiceField(label=_("Time zone"))
    language = forms.ChoiceField(label=_("Language"), choices=Tongue)
    paper = forms.ChoiceField(label=_("Paper"), choices=Paper, initial=Paper.A4)
    recipients = forms.CharField(
        label=_("Sent to, by e-mail address"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Separated by commas or lines. People here who may see the report."),
    )
    attach_pdf = forms.BooleanField(
        label=_("Attach the PDF to the mail"),
        required=False,
        initial=True,
        help_text=_("Up to 5 MB. A larger one is linked; the link needs signing in."),
    )
    attach_facts = forms.BooleanField(
        label=_("Put the facts into the PDF, as JSON"),
        required=False,
        help_text=_("For programs that read figures. The file is then PDF/A-3."),
    )

    def __init__(
        self, data: Any = None, *, user: User, now: datetime, zone: str, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.now = now
        team: Any = self.fields["team"]
        team.queryset = queries.teams_to_plan_for(user)
        every = user.may(Action.APPROVE)
        team.empty_label = _("The whole organisation") if every else None
        team.required = not every
        zones: Any = self.fields["zone"]
        # What this machine calls its own time is a name no other machine knows.
        names = sorted(available_timezones() - {"Factory", "localtime"})
        zones.choices = [(name, name.replace("_", " ")) for name in names]
        zones.initial = zone
        # By then the month before is over.
        today = now.astimezone(ZoneInfo(zone)).date()
        self.fields["starts_on"].initial = today + relativedelta(months=1, day=1)
        self.fields["language"].initial = (get_language() or "en")[:2]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self._clean_kind(cleaned)
        self._clean_when(cleaned)
        if not self.errors.keys() & {"recipients", "team"}:
            self._clean_recipients(cleaned)
        return cleaned

    def _clean_kind(self, cleaned: dict[str, Any]) -> None:
        kind = cleaned.get("kind")
        if kind in LOOKING_BACK:
            if not cleaned.get("period") and "period" not in self.errors:
                self.add_error("period", str(_("Choose the period it looks back on.")))
        else:
            cleaned["period"] = ""
            if kind is not None and cleaned.get("team") is None:
                words = _("Choose the team: there is one of these for each.")
                if "team" not in self.errors:
                    self.add_error("team", str(words))
        if kind == ReportKind.GRAB_PACK:
            return
        if cleaned.get("language") == Tongue.BOTH:
            words = _("Only a grab pack speaks both languages. Choose one.")
            self.add_error("language", str(words))
        if cleaned.get("paper") == Paper.POCKET:
            words = _("Only a grab pack comes in pocket size. Choose A4 or US Letter.")
            self.add_error("paper", str(words))

    def _clean_when(self, cleaned: dict[str, Any]) -> None:
        if self.errors.keys() & {"starts_on", "starts_time", "zone", "repeats"}:
            return
        starts_at = datetime.combine(cleaned["starts_on"], cleaned["starts_time"])
        custom = cleaned["repeats"] == "custom"
        text = cleaned.get("rrule") or "FREQ=" if custom else _RULES[cleaned["repeats"]]
        if cleaned["repeats"] in {"monthly", "quarterly"} and starts_at.day > 28:
            # A month without this day would be left out: then its last day is meant.
            text += ";BYMONTHDAY=-1"
        try:
            rule = parse(text, starts_at, cleaned["zone"])
            if next_after(rule, self.now) is None:
                raise InvalidRule("past", reason=Fault.NEVER)
        except InvalidRule as error:
            self.add_error(
                "rrule" if custom else "starts_on",
                str(FAULTS[Fault(str(error.fields["reason"]))]),
            )
            return
        cleaned["rrule"] = rule.rrule or ""

    def _clean_recipients(self, cleaned: dict[str, Any]) -> None:
        text = cleaned["recipients"].replace(",", " ").replace(";", " ")
        asked = {address.casefold() for address in text.split()}
        if len(asked) > MOST_RECIPIENTS:
            words = _("At most %(most)s people.")
            self.add_error("recipients", str(words % {"most": MOST_RECIPIENTS}))
            return
        found = queries.people_by_email(asked)
        unknown = sorted(asked - {person.email.casefold() for person in found})
        if unknown:
            words = _("Nobody here has the address %(address)s.")
            self.add_error("recipients", str(words % {"address": ", ".join(unknown)}))
            return
        may = set(queries.readers(cleaned.get("team")).values_list("pk", flat=True))
        blind = [person.email for person in found if person.pk not in may]
        if blind:
            words = _(
                "%(people)s may not see this report. Leave them out, or have them made "
                "members of the team."
            )
            self.add_error("recipients", str(words % {"people": ", ".join(blind)}))
            return
        cleaned["people"] = found

    @property
    def wish(self) -> Wish:
        told = self.cleaned_data
        return Wish(
            title=told["title"],
            kind=told["kind"],
            team=told["team"],
            period=told["period"],
            language=told["language"],
            paper=told["paper"],
            attach_facts=told["attach_facts"],
            attach_pdf=told["attach_pdf"],
            starts_on=told["starts_on"],
            starts_time=told["starts_time"],
            zone=told["zone"],
            rrule=told["rrule"],
        )

    @property
    def people(self) -> list[User]:
        found: list[User] = self.cleaned_data["people"]
        return found


def initial_of(regular: Regular) -> dict[str, Any]:
    """Return what the form of an existing one begins with."""
    known = {rule: name for name, rule in _RULES.items()}
    return {
        "title": regular.title,
        "kind": regular.kind,
        "team": regular.team,
        "period": regular.period or Period.MONTH,
        "repeats": known.get(regular.rrule, "custom"),
        "rrule": "" if regular.rrule in known else regular.rrule,
        "starts_on": regular.starts_on,
        "starts_time": regular.starts_time,
        "zone": regular.zone,
        "language": regular.language,
        "paper": regular.paper,
        "recipients": "\n".join(person.email for person in regular.recipients.all()),
        "attach_pdf": regular.attach_pdf,
        "attach_facts": regular.attach_facts,
    }
