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
from continuity.drills.forms.criteria import (
    CRITERIA_FIELDS,
    CriteriaFields,
    initial_criteria,
    wishes,
)
from continuity.drills.forms.lengths import (
    LATENESS,
    LIMITS,
    MINUTE,
    NOTICES,
    WINDOWS,
    choices,
    length,
)
from continuity.drills.models import (
    LATE_BY,
    SPEEDS,
    DrillType,
    Scenario,
    Schedule,
    Surprise,
)
from continuity.drills.queries import pages, schedules
from continuity.drills.queries.rules import blackout_names
from continuity.inventory.models import Tier, Tool, Workflow
from continuity.web.choices import Shown, show_together

MOST_PICKS: Final = 200
"""Workflows offered one by one; with more, the tools or the team narrow them down."""

MOST_OBSERVERS: Final = 50

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


def _used(name: str, used_by: int) -> str:
    return f"{name} ({used_by})" if used_by else name


def _named(name: str, email: str) -> str:
    return name or email


def _titled(title_en: str, title_fr: str) -> str:
    return Scenario(title_en=title_en, title_fr=title_fr).title


PERSON: Final = Shown(("pk", "name", "email"), _named)


class ToolChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Tools as boxes to tick, each with how many workflows depend on it."""

    def label_from_instance(self, obj: Any) -> str:
        return _used(obj.name, obj.used_by)


class ScheduleForm(CriteriaFields):
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
    tiers = forms.TypedMultipleChoiceField(
        label=_("Only workflows of this criticality"),
        choices=Tier.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all."),
    )
    workflows = forms.ModelMultipleChoiceField(
        Workflow.objects.none(),
        label=_("Only these workflows"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all whose tools fail."),
    )
    evaluator = forms.ModelChoiceField(
        User.objects.none(), label=_("Evaluator"), required=False, empty_label=_("Nobody")
    )
    observers = forms.CharField(
        label=_("Observers, by e-mail address"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Separated by commas or lines. They watch and press nothing."),
    )
    away = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Key person who plays being away"),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Their work falls to the deputies; they cannot press."),
    )
    surprise = forms.ChoiceField(
        label=_("What people know of when it begins"),
        choices=Surprise.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    window = forms.TypedChoiceField(
        label=_("Window from the time on"),
        choices=choices(WINDOWS),
        coerce=length,
        required=False,
        empty_value=None,
        initial="14400",
        help_text=_(
            "Of a surprise: the instant is drawn in it, and only the facilitator sees it."
        ),
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
    rotates = forms.BooleanField(
        label=_("Each time another team and scenario"),
        required=False,
        help_text=_(
            "If it repeats: those that were neglected longest, so that all get their "
            "turn. The scenario and the tools above are then the fallback."
        ),
    )
    rrule = forms.CharField(
        label=_("Rule"),
        max_length=200,
        required=False,
        help_text=_("RFC 5545, as in FREQ=MONTHLY;BYDAY=1MO."),
    )
    notice = forms.TypedChoiceField(
        label=_("People are told"), choices=choices(NOTICES), coerce=length
    )
    late_by = forms.TypedChoiceField(
        label=_("May begin"),
        choices=choices(LATENESS),
        coerce=length,
        required=False,
        empty_value=None,
        initial=str(int(LATE_BY.total_seconds())),
        help_text=_("If Continuity was not running at its time."),
    )
    limit = forms.TypedChoiceField(
        label=_("Ends by itself after"), choices=choices(LIMITS), coerce=length
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
        self._field("evaluator").queryset = pages.evaluators(user)
        self._field("away").queryset = pages.key_people(user)
        self._field("workflows").queryset = pages.pickable(user)
        self.offered = pages.offered(user, *self._wanted(), most=MOST_PICKS)
        self._field("workflows").widget.choices = [
            (work.pk, work.name) for work in self.offered
        ]
        team = self._field("team")
        team.queryset = pages.runnable_teams(user)
        if user.may(Action.RUN_DRILL):
            team.empty_label = _("All teams whose work falls")
        else:
            team.required = True
            team.empty_label = None
        show_together(
            self,
            scenario=Shown(("pk", "title_en", "title_fr"), _titled),
            tools=Shown(("pk", "name", "used_by"), _used),
            team=Shown(),
            facilitator=PERSON,
            evaluator=PERSON,
            away=PERSON,
        )
        if self.is_bound and self.data.get("when") == "now":
            self._field("starts_on").required = False
            self._field("starts_time").required = False
        # What this machine calls its own time is a name no other machine knows.
        zones = sorted(available_timezones() - {"Factory", "localtime"})
        self._field("zone").choices = [(zone, zone.replace("_", " ")) for zone in zones]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def _wanted(self) -> tuple[list[int], int | None, list[int]]:
        """Return the tools, the team and the workflows that the form stands at."""

        def numbers(name: str) -> list[int]:
            value: Any = self[name].value() or []
            many = value if isinstance(value, list | tuple) else [value]
            pks = [str(getattr(each, "pk", each)) for each in many]
            return [int(pk) for pk in pks if pk.isdecimal()]

        tools, teams = numbers("tools"), numbers("team")
        scenario = next(iter(numbers("scenario")), None)
        if not tools and scenario is not None:
            tools = [tool.pk for tool in pages.default_tools_of(scenario)]
        return tools, next(iter(teams), None), numbers("workflows")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        scenario = cleaned.get("scenario")
        if scenario is not None and not cleaned.get("tools"):
            cleaned["tools"] = pages.default_tools(scenario)
            if not cleaned["tools"]:
                self.add_error("tools", _("Choose at least one tool that fails."))
        self._clean_when(cleaned)
        self._clean_type(cleaned)
        self._clean_surprise(cleaned)
        return cleaned

    def clean_late_by(self) -> timedelta:
        chosen: timedelta | None = self.cleaned_data["late_by"]
        return LATE_BY if chosen is None else chosen

    def clean_observers(self) -> list[User]:
        typed = self.cleaned_data["observers"].replace(",", " ").replace(";", " ").split()
        asked = {address.casefold() for address in typed}
        if len(asked) > MOST_OBSERVERS:
            raise forms.ValidationError(
                _("At most %(most)s observers."), params={"most": MOST_OBSERVERS}
            )
        found = pages.people_by_email(asked)
        known = {person.email.casefold() for person in found}
        if unknown := sorted(asked - known):
            raise forms.ValidationError(
                _("Nobody here has the address %(address)s."),
                params={"address": ", ".join(unknown)},
            )
        return found

    def _clean_type(self, cleaned: Mapping[str, Any]) -> None:
        """A live drill leaves a manager the time to approve it."""
        if cleaned.get("type") != DrillType.LIVE:
            return
        if cleaned.get("when") == "now":
            words = _("A live drill has to be approved first: choose a day and a time.")
            self.add_error("when", str(words))
        elif cleaned.get("rrule") and not cleaned.get("notice"):
            words = _("A live drill has to be approved first: people are told before.")
            self.add_error("notice", str(words))

    def _clean_surprise(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("surprise"):
            cleaned["window"] = None
            return
        # Who starts it by hand knows of it; what is drawn must begin by itself.
        cleaned["starts_by_itself"] = True
        if cleaned.get("window") is None and "window" not in self.errors:
            self.add_error("window", str(_("Choose the window in which it begins.")))
        if cleaned.get("when") == "now":
            words = _("A surprise begins in a window: choose a day and a time.")
            self.add_error("when", str(words))

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
        cleaned["rotates"] = bool(cleaned.get("rotates") and cleaned["rrule"])
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
        told = self.cleaned_data
        left_out = {"when", "repeats", *CRITERIA_FIELDS}
        plain = {name: value for name, value in told.items() if name not in left_out}
        return plain | {"criteria": wishes(told)}


def initial_of(schedule: Schedule) -> dict[str, Any]:
    """Return what the form of an existing schedule begins with."""
    known = {
        "FREQ=WEEKLY": "weekly",
        "FREQ=MONTHLY": "monthly",
        "FREQ=MONTHLY;INTERVAL=3": "quarterly",
        "": "once",
    }
    chosen = schedules.chosen(schedule)
    return {
        "scenario": schedule.scenario,
        "tools": chosen.tools,
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
        "rotates": schedule.rotates,
        "late_by": str(int(schedule.late_by.total_seconds())),
        "limit": str(int(schedule.limit.total_seconds())),
        "speed": schedule.speed,
        "facilitator": schedule.facilitator,
        "starts_by_itself": schedule.starts_by_itself,
        "tiers": schedule.tiers,
        "workflows": chosen.workflows,
        "evaluator": schedule.evaluator,
        "observers": "\n".join(chosen.observers),
        "away": schedule.away,
        "surprise": schedule.surprise,
        "window": None
        if schedule.window is None
        else str(int(schedule.window.total_seconds())),
        **initial_criteria(schedule.criteria.all()),
    }
