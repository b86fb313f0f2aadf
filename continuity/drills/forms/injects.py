"""Injects as a person writes them: for a scenario of one's own, and for one drill."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team
from continuity.domain import injects as rules
from continuity.domain.injects import InvalidInjects, Trigger
from continuity.drills.forms.lengths import MINUTE
from continuity.drills.models import SPEEDS, Channel, ParticipantRole, Performance, Words
from continuity.drills.queries.scripts import cue_of
from continuity.inventory.models import Workflow

MOST_INJECTS: Final = 60

WHEN: Final[Mapping[str, Promise]] = {
    "time:": _("After the start"),
    "decision:stay": _("After somebody decides to stay"),
    "decision:switch": _("After somebody decides to switch"),
    "mark:acknowledged": _("After somebody has acknowledged"),
    "mark:switched": _("After somebody has switched"),
    "mark:minimum": _("After somebody works again"),
    "mark:full": _("After somebody is back at full service"),
    "inject:": _("After another inject"),
}
"""A trigger and what it waits for, as one question."""

INJECT_FAULTS: Final[Mapping[rules.Fault, Promise]] = {
    rules.Fault.TWICE: _("Another inject has this number."),
    rules.Fault.AFTER_END: _(
        "This comes after the end of the scenario. Make the time shorter."
    ),
    rules.Fault.UNKNOWN: _("There is no inject with the number that this one waits for."),
    rules.Fault.CIRCLE: _("These injects wait for each other, so none would ever come."),
    rules.Fault.VALUE: _("Say which inject this one waits for."),
}


class InjectForm(forms.Form):
    """One inject. `words()` returns what the services take, once it is valid."""

    when = forms.ChoiceField(label=_("When"), choices=list(WHEN.items()))
    minutes = forms.IntegerField(
        label=_("Minutes of the scenario after that"),
        min_value=0,
        max_value=60 * 24 * 7,
        initial=0,
    )
    after_inject = forms.IntegerField(
        label=_("Which inject"), required=False, min_value=1, max_value=9999
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    to_role = forms.ChoiceField(
        label=_("To"),
        required=False,
        choices=[("", _("Everyone who takes part")), *ParticipantRole.choices],
    )
    to_team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Of the team"), required=False
    )
    sender_en = forms.CharField(label=_("From, in English"), max_length=120)
    sender_fr = forms.CharField(label=_("From, in French"), max_length=120)
    text_en = forms.CharField(
        label=_("What it says, in English"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    text_fr = forms.CharField(
        label=_("What it says, in French"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected_en = forms.CharField(
        label=_("What is expected, in English"), required=False, max_length=500
    )
    expected_fr = forms.CharField(
        label=_("What is expected, in French"), required=False, max_length=500
    )

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to_team = cast("forms.ModelChoiceField[Team]", self.fields["to_team"])
        to_team.queryset = teams
        to_team.empty_label = _("Any team")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needs = cleaned.get("when") == "inject:"
        if needs and cleaned.get("after_inject") is None and not self.errors:
            self.add_error("after_inject", str(INJECT_FAULTS[rules.Fault.VALUE]))
        return cleaned

    def words(self) -> dict[str, Any]:
        told = self.cleaned_data
        trigger, _colon, value = told["when"].partition(":")
        if trigger == Trigger.INJECT:
            value = str(told["after_inject"])
        return {
            "trigger": trigger,
            "value": value,
            "workflow": told.get("workflow"),
            "wait": told["minutes"] * MINUTE,
            **{
                name: told[name]
                for name in (
                    "channel",
                    "to_role",
                    "to_team",
                    "sender_en",
                    "sender_fr",
                    "text_en",
                    "text_fr",
                    "expected_en",
                    "expected_fr",
                )
            },
        }

    def blame(self, error: InvalidInjects) -> None:
        """Put what the rules say beside the field that they mean."""
        fault = rules.Fault(str(error.fields["reason"]))
        field = "minutes" if fault == rules.Fault.AFTER_END else "after_inject"
        self.add_error(field, str(INJECT_FAULTS[fault]))


def initial_of(inject: Words) -> dict[str, Any]:
    """Return what the form of an existing inject begins with."""
    waits_for_inject = inject.trigger == Trigger.INJECT
    value = "" if waits_for_inject else inject.value
    plain = (
        "channel",
        "to_role",
        "to_team",
        "workflow",
        "sender_en",
        "sender_fr",
        "text_en",
        "text_fr",
        "expected_en",
        "expected_fr",
    )
    return {
        "when": f"{inject.trigger}:{value}",
        "minutes": inject.wait // MINUTE,
        "after_inject": int(inject.value) if waits_for_inject else None,
        **{name: getattr(inject, name) for name in plain},
    }


class DrillInjectForm(InjectForm):
    """An inject of one drill: it can wait for one workflow."""

    workflow = forms.ModelChoiceField(
        Workflow.objects.none(),
        label=_("Whose decision or mark"),
        required=False,
        empty_label=_("Whichever workflow does it first"),
    )

    def __init__(self, *args: Any, workflows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Workflow]", self.fields["workflow"])
        field.queryset = workflows


class ScenarioInjectForm(InjectForm):
    """An inject of a scenario: it has its number, which others can wait for."""

    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=9999)

    def told(self) -> dict[str, Any]:
        return self.words() | {"number": self.cleaned_data["number"]}


def check_rows(injects: list[Words], length: timedelta) -> None:
    """Raise InvalidInjects if these cannot be delivered in a scenario of `length`."""
    rules.check([cue_of(inject) for inject in injects], length)


class RecordForm(forms.Form):
    done = forms.CharField(
        label=_("What was really done"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    performance = forms.ChoiceField(
        label=_("How well"), choices=Performance.choices, widget=forms.RadioSelect
    )


class SpeedForm(forms.Form):
    speed = forms.TypedChoiceField(
        label=_("Speed"), choices=[(each, f"{each} ×") for each in SPEEDS], coerce=int
    )


class AbortForm(forms.Form):
    reason = forms.CharField(
        label=_("Why, in a sentence for everyone"), required=False, max_length=300
    )
