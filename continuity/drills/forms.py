"""Planning a drill, and filtering the list of them."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain import scenario as rules
from continuity.domain.errors import ContinuityError, InvalidRule, InvalidScript
from continuity.domain.recurrence import Fault, next_after, parse
from continuity.drills.imports import Holiday, UnreadableHolidays, read_holidays
from continuity.drills.models import (
    PHASE_STATE_LABELS,
    SPEEDS,
    DrillType,
    Scenario,
    Schedule,
)
from continuity.drills.queries import pages
from continuity.drills.queries.rules import blackout_names
from continuity.drills.services.scenarios import (
    Part,
    Step,
    UnknownComponent,
    check,
    in_order,
)
from continuity.inventory.models import Tool
from continuity.outages.models import STATE_LABELS

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


class FilterForm(forms.Form):
    q = forms.CharField(
        label=_("Search drills"),
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": _("Search drills")}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Every state")),
            ("running", pgettext_lazy("drills that are", "Running")),
            ("coming", pgettext_lazy("drills that are", "Coming")),
            *(
                (state.value, STATE_LABELS[state])
                for state in STATE_LABELS
                if state in {"ended", "reviewed", "aborted", "missed"}
            ),
        ],
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("Every team")
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)


class CalendarForm(forms.Form):
    """Whose drills the calendar shows; the month and the view stay as they are."""

    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("Every team")
    )
    month = forms.CharField(required=False, widget=forms.HiddenInput)
    view = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)


class LinkForm(forms.Form):
    """Whose drills a calendar program is to read."""

    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Whose drills"),
        required=False,
        empty_label=_("Those I take part in"),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)


MOST_PARTS: Final = 20
MOST_PHASES: Final = 100
SCRIPT_FAULTS: Final[Mapping[rules.Fault, Promise]] = {
    rules.Fault.NO_LENGTH: _("A scenario lasts at least a minute."),
    rules.Fault.BEFORE_START: _("Nothing can happen before the start."),
    rules.Fault.AFTER_END: _(
        "This comes after the end. Make the scenario longer, or the time earlier."
    ),
    rules.Fault.OUT_OF_ORDER: _("This comes before the phase above it."),
    rules.Fault.TWICE_AT_ONCE: _(
        "This component has another phase at the same minute. Change one of the two."
    ),
    rules.Fault.RATE: _("Between 0 and 100 percent of the answers can fail."),
    rules.Fault.DELAY: _("A delay cannot be negative."),
    rules.Fault.SPEED: _("At this speed nothing is left of it."),
}


class ScenarioForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title_en = forms.CharField(label=_("Title in English"), max_length=160)
    title_fr = forms.CharField(label=_("Title in French"), max_length=160)
    story_en = forms.CharField(
        label=_("What happens, in English"), widget=forms.Textarea, max_length=2000
    )
    story_fr = forms.CharField(
        label=_("What happens, in French"), widget=forms.Textarea, max_length=2000
    )
    minutes = forms.IntegerField(
        label=_("Length in minutes"), min_value=1, max_value=60 * 24 * 7
    )


class PartForm(forms.Form):
    name = forms.CharField(
        label=_("Component"),
        max_length=60,
        error_messages={"required": _("Name the component, or remove it.")},
    )
    stands_for = forms.ChoiceField(label=_("What it stands for"))

    def __init__(
        self, *args: Any, choices: list[tuple[str, str | Promise]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["stands_for"]).choices = choices


class PhaseForm(forms.Form):
    component = forms.CharField(
        label=_("Component"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "components"}),
        error_messages={"required": _("Say which component, or remove the phase.")},
    )
    minutes = forms.IntegerField(
        label=_("After, in minutes"), min_value=0, max_value=60 * 24 * 7
    )
    state = forms.ChoiceField(label=_("State"), choices=list(PHASE_STATE_LABELS.items()))
    error_percent = forms.IntegerField(
        label=_("Answers that fail, %"), required=False, min_value=0, max_value=100
    )
    delay = forms.IntegerField(
        label=_("Delay, in seconds"), required=False, min_value=0, max_value=3600
    )
    note_en = forms.CharField(label=_("Note in English"), required=False, max_length=240)
    note_fr = forms.CharField(label=_("Note in French"), required=False, max_length=240)


class BaseRows(forms.BaseFormSet):  # type: ignore[type-arg]  # generic only in stubs
    """Rows of a scenario. Every one counts: an empty one is filled in or removed."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": False}

    def typed(self) -> list[dict[str, Any]]:
        """Return the rows as the person left them, valid or not."""
        return [{name: form[name].value() for name in form.fields} for form in self.forms]


def _rows(form: type[forms.Form], most: int) -> type[BaseRows]:
    made = forms.formset_factory(
        form,
        formset=BaseRows,
        extra=0,
        max_num=most,
        absolute_max=most + 1,
        validate_max=True,
    )
    return cast("type[BaseRows]", made)


PartRows: Final = _rows(PartForm, MOST_PARTS)
PhaseRows: Final = _rows(PhaseForm, MOST_PHASES)


class ScenarioEditor:
    """The forms of one scenario: what it is called, its components, its phases.

    Not bound, they show the scenario as it is. Adding and removing rows changes only
    the page (`rearrange`); nothing is kept before `is_valid` has said yes.
    """

    def __init__(
        self, scenario: Scenario, data: Mapping[str, Any] | None, now_tools: list[Tool]
    ) -> None:
        self.tools = {str(tool.pk): tool for tool in now_tools}
        self.scenario = scenario
        self.choices: list[tuple[str, str | Promise]] = [
            ("-", _("No tool: people are only told of it")),
            ("*", _("The tools that a drill names")),
            *((pk, tool.name) for pk, tool in self.tools.items()),
        ]
        begin = _beginning(scenario) if data is None else ({}, [], [])
        self.form = ScenarioForm(data, initial=begin[0])
        self.parts = self._parts(data, begin[1])
        self.phases = PhaseRows(data, initial=begin[2], prefix="phases")
        self.is_bound = data is not None

    def _parts(
        self, data: Mapping[str, Any] | None, initial: list[dict[str, Any]]
    ) -> BaseRows:
        return PartRows(
            data, initial=initial, prefix="parts", form_kwargs={"choices": self.choices}
        )

    @property
    def names(self) -> list[str]:
        """The components as typed, for the phases to choose from."""
        return [row["name"] for row in self.parts.typed() if row["name"]]

    def rearrange(self, button: str) -> None:
        """Do what a button says: "add-part", "add-phase", "drop-part:2", "drop-phase:2".
        Others do nothing."""
        typed = {name: self.form[name].value() for name in self.form.fields}
        parts, phases = self.parts.typed(), self.phases.typed()
        what, _colon, place = button.partition(":")
        rows = parts if what.endswith("part") else phases
        if what.startswith("add"):
            rows.append({})
        elif place.isdecimal() and int(place) < len(rows):
            del rows[int(place)]
        self.form = ScenarioForm(initial=typed)
        self.parts = self._parts(None, parts)
        self.phases = PhaseRows(initial=phases, prefix="phases")
        self.is_bound = False

    def is_valid(self) -> bool:
        if not all([self.form.is_valid(), self.parts.is_valid(), self.phases.is_valid()]):
            return False
        names = [row["name"] for row in self.parts.cleaned_data]
        for place, name in enumerate(names):
            if name in names[:place]:
                self.parts.forms[place].add_error(
                    "name", _("There is another component of this name.")
                )
                return False
        try:
            drawn = self.drawn()
            check(drawn["parts"], in_order(drawn["steps"]), drawn["length"])
        except (InvalidScript, UnknownComponent) as error:
            self._blame(error)
            return False
        return True

    def _blame(self, error: ContinuityError) -> None:
        """Put what the rules say beside the row that they mean."""
        said = str(_("No component is called so. Choose one of those above."))
        field = "component"
        if isinstance(error, InvalidScript):
            said = str(SCRIPT_FAULTS[rules.Fault(str(error.fields["reason"]))])
            field = "minutes"
        at = error.fields.get("at")
        for form in reversed(self.phases.forms):
            typed = form.cleaned_data
            if typed["component"] == error.fields.get("component") and (
                at is None or timedelta(minutes=typed["minutes"]) == at
            ):
                form.add_error(field, said)
                return
        self.form.add_error("minutes", said)

    def drawn(self) -> dict[str, Any]:
        """Return what services.scenarios.change takes, once the forms are valid."""
        told = dict(self.form.cleaned_data)
        told["length"] = timedelta(minutes=told.pop("minutes"))
        told["parts"] = [
            Part(
                row["name"],
                self.tools.get(row["stands_for"]),
                chosen=row["stands_for"] == "*",
            )
            for row in self.parts.cleaned_data
        ]
        told["steps"] = [_step(row) for row in self.phases.cleaned_data]
        return told


def _step(row: Mapping[str, Any]) -> Step:
    delay = row["delay"]
    return Step(
        component=row["component"],
        at=timedelta(minutes=row["minutes"]),
        state=rules.ComponentState(row["state"]),
        error_percent=row["error_percent"],
        delay=None if delay is None else timedelta(seconds=delay),
        note_en=row["note_en"],
        note_fr=row["note_fr"],
    )


def _beginning(
    scenario: Scenario,
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    components = list(scenario.components.all())
    names = {component.pk: component.name for component in components}
    told = {
        name: getattr(scenario, name)
        for name in ("version", "title_en", "title_fr", "story_en", "story_fr")
    }
    parts = [
        {
            "name": component.name,
            "stands_for": "*" if component.chosen else str(component.tool_id or "-"),
        }
        for component in components
    ]
    phases = [
        {
            "component": names[phase.component_id],
            "minutes": phase.offset // MINUTE,
            "state": phase.state,
            "error_percent": phase.error_percent,
            "delay": None if phase.delay is None else int(phase.delay.total_seconds()),
            "note_en": phase.note_en,
            "note_fr": phase.note_fr,
        }
        for phase in pages.phases_in(scenario)
    ]
    return told | {"minutes": scenario.length // MINUTE}, parts, phases


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


class CoverageForm(forms.Form):
    """Whose workflows, and whether only those that are overdue."""

    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("Every team")
    )
    overdue = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[("", _("All workflows")), ("1", _("Overdue ones"))],
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.allowing(user, Action.VIEW)


class ProgrammeForm(forms.Form):
    overdue_months = forms.IntegerField(
        label=_("Months without a drill until a workflow is overdue"),
        min_value=1,
        max_value=120,
    )
