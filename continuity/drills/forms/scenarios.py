"""The editor of scenarios of one's own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.domain import scenario as rules
from continuity.domain.errors import ContinuityError, InvalidScript
from continuity.domain.injects import InvalidInjects
from continuity.drills.forms.injects import MOST_INJECTS, ScenarioInjectForm, check_rows
from continuity.drills.forms.injects import initial_of as inject_initial
from continuity.drills.forms.lengths import MINUTE
from continuity.drills.models import (
    PHASE_STATE_LABELS,
    Inject,
    Scenario,
)
from continuity.drills.queries import pages
from continuity.drills.services.scenarios import (
    Part,
    Step,
    UnknownComponent,
    check,
    in_order,
)
from continuity.inventory.models import Tool

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
InjectRows: Final = _rows(ScenarioInjectForm, MOST_INJECTS)


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
        begin = _beginning(scenario) if data is None else ({}, [], [], [])
        self.teams = pages.all_teams()
        self.form = ScenarioForm(data, initial=begin[0])
        self.parts = self._parts(data, begin[1])
        self.phases = PhaseRows(data, initial=begin[2], prefix="phases")
        self.injects = self._injects(data, begin[3])
        self.is_bound = data is not None

    def _parts(
        self, data: Mapping[str, Any] | None, initial: list[dict[str, Any]]
    ) -> BaseRows:
        return PartRows(
            data, initial=initial, prefix="parts", form_kwargs={"choices": self.choices}
        )

    def _injects(
        self, data: Mapping[str, Any] | None, initial: list[dict[str, Any]]
    ) -> BaseRows:
        return InjectRows(
            data, initial=initial, prefix="injects", form_kwargs={"teams": self.teams}
        )

    @property
    def names(self) -> list[str]:
        """The components as typed, for the phases to choose from."""
        return [row["name"] for row in self.parts.typed() if row["name"]]

    def rearrange(self, button: str) -> None:
        """Do what a button says: "add-part", "add-phase", "add-inject", "drop-part:2",
        "drop-phase:2", "drop-inject:2". Others do nothing."""
        typed = {name: self.form[name].value() for name in self.form.fields}
        parts, phases = self.parts.typed(), self.phases.typed()
        told = self.injects.typed()
        what, _colon, place = button.partition(":")
        named = {"part": parts, "phase": phases, "inject": told}
        rows = named.get(what.partition("-")[2], [])
        if what.startswith("add"):
            rows.append({"number": _next_number(told)} if rows is told else {})
        elif place.isdecimal() and int(place) < len(rows):
            del rows[int(place)]
        self.form = ScenarioForm(initial=typed)
        self.parts = self._parts(None, parts)
        self.phases = PhaseRows(initial=phases, prefix="phases")
        self.injects = self._injects(None, told)
        self.is_bound = False

    def is_valid(self) -> bool:
        forms = (self.form, self.parts, self.phases, self.injects)
        # Every one is asked, so that all that is wrong is said at once.
        valid = [each.is_valid() for each in forms]
        if not all(valid):
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
        try:
            check_rows(drawn["injects"], drawn["length"])
        except InvalidInjects as error:
            self._blame_inject(error)
            return False
        return True

    def _blame_inject(self, error: InvalidInjects) -> None:
        """Put what is wrong beside the last inject of the number that is meant."""
        for form in reversed(self.injects.forms):
            if form.cleaned_data["number"] == error.fields["number"]:
                form.blame(error)
                return

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
        told["injects"] = [Inject(**form.told()) for form in self.injects.forms]
        return told


def _next_number(rows: list[dict[str, Any]]) -> int:
    numbers = [int(row["number"]) for row in rows if str(row["number"] or "").isdecimal()]
    return max(numbers, default=0) + 1


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
) -> tuple[
    dict[str, Any], list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]
]:
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
    injects = [
        inject_initial(inject) | {"number": inject.number}
        for inject in scenario.injects.select_related("to_team")
    ]
    return told | {"minutes": scenario.length // MINUTE}, parts, phases, injects
