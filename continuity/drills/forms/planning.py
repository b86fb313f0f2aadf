"""Planning a drill."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.errors import InvalidRule
from continuity.domain.recurrence import Fault, next_after, parse
from continuity.drills.models import (
    SPEEDS,
    DrillType,
    Scenario,
    Schedule,
)
from continuity.drills.queries import pages
from continuity.drills.queries.rules import blackout_names
from continuity.inventory.models import Tool

MINUTE: Final = timedelta(minutes=1)

HOUR: Final = timedelta(hours=1)

DAY: Final = timedelta(days=1)

LIMITS: Final[Mapping[timedelta, Promise]] = {
    15 * MINUTE: _("15 minutes"),
    30 * MINUTE: _("30 minutes"),
    HOUR: _("1 hour"),
    2 * HOUR: _("2 hours"),
    4 * HOUR: _("4 hours"),
    8 * HOUR: _("8 hours"),
    24 * HOUR: _("24 hours"),
}

NOTICES: Final[Mapping[timedelta, Promise]] = {
    timedelta(): _("When it begins: a surprise"),
    HOUR: _("1 hour before"),
    DAY: _("1 day before"),
    3 * DAY: _("3 days before"),
    7 * DAY: _("1 week before"),
    14 * DAY: _("2 weeks before"),
}

REPEATS: Final[Mapping[str, Promise]] = {
    "once": _("Once"),
    "weekly": _("Every week"),
    "monthly": _("Every month"),
    "quarterly": _("Every three months"),
    "custom": _("By a rule of your own"),
}

FAULTS: Final[Mapping[Fault, Promise]] = {
    Fault.UNREADABLE: _(
        "This rule cannot be read. Write it as in FREQ=MONTHLY;BYDAY=1MO, the first "
        "Monday of each month."
    ),
    Fault.TOO_OFTEN: _("That is too often: at most once an hour."),
    Fault.TOO_MANY: _("COUNT and INTERVAL may be 1000 at most."),
    Fault.UNSUPPORTED: _("This part does not go with FREQ=HOURLY."),
    Fault.NEVER: _("Nothing of this lies ahead. Choose a later day or another rule."),
    Fault.ZONE: _("This time zone is not known."),
    Fault.START: _("Choose a day between 2000 and 2199."),
}


def _seconds(labels: Mapping[timedelta, Promise]) -> list[tuple[str, Promise]]:
    return [(str(int(length.total_seconds())), label) for length, label in labels.items()]


def _length(value: str) -> timedelta:
    return timedelta(seconds=int(value))


class ToolChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Tools as boxes to tick, each with how many workflows depend on it."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.used_by})" if obj.used_by else obj.name


class ScheduleForm(forms.Form):
    """What a drill is, when, for whom; `cleaned_data` is what scheduling.plan takes."""

    scenario = forms.ModelChoiceField(
        Scenario.objects.all(), label=_("Scenario"), empty_label=None
    )
    tools = ToolChoices(
        Tool.objects.none(),
        label=_("Tools that fail"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: those of the scenario. What needs them falls too."),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Who takes part"), required=False
    )
    title = forms.CharField(label=_("Title"), max_length=160)
    aim = forms.CharField(
        label=_("What it is to show"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Participants read this."),
    )
    type = forms.ChoiceField(
        label=_("Type"), choices=DrillType.choices, initial=DrillType.FUNCTIONAL
    )
    when = forms.ChoiceField(
        label=_("Start"),
        choices=[("now", _("Now")), ("later", _("At a day and time"))],
        widget=forms.RadioSelect,
        initial="later",
    )
    starts_on = forms.DateField(
        label=_("Day"),
        error_messages={"required": _("Choose the day.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_time = forms.TimeField(
        label=_("Time"),
        error_messages={"required": _("Choose the time.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    zone = forms.ChoiceField(label=_("Time zone"))
    repeats = forms.ChoiceField(
        label=_("Repeats"),
        choices=list(REPEATS.items()),
        initial="once",
        required=False,
    )
    rrule = forms.CharField(
        label=_("Rule"),
        max_length=200,
        required=False,
        help_text=_("RFC 5545, as in FREQ=MONTHLY;BYDAY=1MO."),
    )
    notice = forms.TypedChoiceField(
        label=_("People are told"), choices=_seconds(NOTICES), coerce=_length
    )
    limit = forms.TypedChoiceField(
        label=_("Ends by itself after"), choices=_seconds(LIMITS), coerce=_length
    )
    speed = forms.TypedChoiceField(
        label=_("Speed of the scenario"),
        choices=[(speed, f"{speed} ×") for speed in SPEEDS],
        coerce=int,
        help_text=_("At 60 ×, an hour of the scenario takes a minute."),
    )
    facilitator = forms.ModelChoiceField(
        User.objects.none(), label=_("Facilitator"), empty_label=None
    )
    starts_by_itself = forms.BooleanField(
        label=_("Starts by itself at its time"), required=False
    )

    def __init__(
        self, data: Any = None, *, user: User, now: datetime, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.user = user
        self.now = now
        self._field("tools").queryset = pages.choosable_tools()
        self._field("facilitator").queryset = pages.facilitators(user)
        team = self._field("team")
        team.queryset = pages.runnable_teams(user)
        if user.may(Action.RUN_DRILL):
            team.empty_label = _("All teams whose work falls")
        else:
            team.required = True
            team.empty_label = None
        if self.is_bound and self.data.get("when") == "now":
            self._field("starts_on").required = False
            self._field("starts_time").required = False
        # What this machine calls its own time is a name no other machine knows.
        zones = sorted(available_timezones() - {"Factory", "localtime"})
        self._field("zone").choices = [(zone, zone.replace("_", " ")) for zone in zones]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        scenario = cleaned.get("scenario")
        if scenario is not None and not cleaned.get("tools"):
            cleaned["tools"] = pages.default_tools(scenario)
            if not cleaned["tools"]:
                self.add_error("tools", _("Choose at least one tool that fails."))
        self._clean_when(cleaned)
        return cleaned

    def _clean_when(self, cleaned: dict[str, Any]) -> None:
        if "zone" not in cleaned:
            return
        if cleaned.get("when") == "now":
            local = self.now.astimezone(ZoneInfo(cleaned["zone"]))
            cleaned["starts_on"] = local.date()
            cleaned["starts_time"] = time(local.hour, local.minute)
        if self.errors.keys() & {"starts_on", "starts_time"}:
            return
        starts_at = datetime.combine(cleaned["starts_on"], cleaned["starts_time"])
        text = self._rule(cleaned, starts_at)
        field = "rrule" if cleaned.get("repeats") == "custom" else "starts_on"
        try:
            rule = parse(text, starts_at, cleaned["zone"])
            if next_after(rule, self.now - MINUTE) is None:
                raise InvalidRule("past", reason=Fault.NEVER)
        except InvalidRule as error:
            self.add_error(field, str(FAULTS[Fault(str(error.fields["reason"]))]))
            return
        cleaned["rrule"] = rule.rrule or ""
        if not rule.rrule and cleaned.get("when") != "now":
            self._clean_blackout(cleaned["starts_on"])

    def _clean_blackout(self, day: date) -> None:
        """Refuse one drill on a day without drills; what recurs passes over such days."""
        names = blackout_names(day, day).get(day)
        if names:
            words = _("No drills on this day: %(name)s. Choose another.")
            self.add_error("starts_on", str(words % {"name": ", ".join(names)}))

    def _rule(self, cleaned: Mapping[str, Any], starts_at: datetime) -> str:
        match cleaned.get("repeats"):
            case "weekly":
                return "FREQ=WEEKLY"
            case "monthly" | "quarterly" as often:
                # A month without this day would be left out: then its last day is meant.
                last = ";BYMONTHDAY=-1" if starts_at.day > 28 else ""
                every = ";INTERVAL=3" if often == "quarterly" else ""
                return f"FREQ=MONTHLY{every}{last}"
            case "custom":
                return cleaned.get("rrule", "") or "FREQ="
            case _:
                return ""

    def plan(self) -> dict[str, Any]:
        """Return what the services take, once the form is valid."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"when", "repeats"}
        }


def initial_of(schedule: Schedule) -> dict[str, Any]:
    """Return what the form of an existing schedule begins with."""
    known = {
        "FREQ=WEEKLY": "weekly",
        "FREQ=MONTHLY": "monthly",
        "FREQ=MONTHLY;INTERVAL=3": "quarterly",
        "": "once",
    }
    return {
        "scenario": schedule.scenario,
        "tools": [tool.pk for tool in schedule.tools.all()],
        "team": schedule.team,
        "title": schedule.title,
        "aim": schedule.aim,
        "type": schedule.type,
        "when": "later",
        "starts_on": schedule.starts_on,
        "starts_time": schedule.starts_time,
        "zone": schedule.zone,
        "repeats": known.get(schedule.rrule, "custom"),
        "rrule": "" if schedule.rrule in known else schedule.rrule,
        "notice": str(int(schedule.notice.total_seconds())),
        "limit": str(int(schedule.limit.total_seconds())),
        "speed": schedule.speed,
        "facilitator": schedule.facilitator,
        "starts_by_itself": schedule.starts_by_itself,
    }
