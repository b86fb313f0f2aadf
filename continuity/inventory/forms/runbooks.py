"""The steps of a runbook, as a form with any number of rows."""

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.inventory.models import (
    Alternative,
)
from continuity.inventory.services.runbooks import Step
from continuity.web.fields import LengthField

MOST_STEPS: Final = 60


class StepForm(forms.Form):
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What to do"),
        max_length=400,
        error_messages={"required": _("Say what to do in this step, or remove it.")},
    )
    role = forms.CharField(label=_("Who"), required=False, max_length=120)
    expected = LengthField(label=_("Expected time"), required=False)
    verification = forms.CharField(
        label=_("How to tell it worked"), required=False, max_length=240
    )
    way_back = forms.CharField(
        label=_("Way back"),
        required=False,
        max_length=240,
        help_text=_("How to undo this step, or what to do if it does not work."),
    )
    details = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Markdown: **bold**, - lists, 1. numbers, `code`, [a link](https://…)."
        ),
    )


class BaseStepFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # generic only in stubs
    """The steps of one runbook, in the order of the rows."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Let any row be left empty: it is no step then."""
        return {**super().get_form_kwargs(index), "empty_permitted": True}

    def steps(self) -> list[Step]:
        """Return the steps as typed, empty rows left out."""
        return [
            Step(
                pk=row["pk"],
                text=row["text"],
                role=row["role"],
                expected=row["expected"],
                verification=row["verification"],
                way_back=row["way_back"],
                details=row["details"],
            )
            for row in self.cleaned_data
            if row.get("text")
        ]

    def typed(self) -> list[dict[str, Any]]:
        """Return the rows as the person left them, valid or not."""
        return [{name: form[name].value() for name in form.fields} for form in self.forms]


StepFormSet = cast(
    "type[BaseStepFormSet]",
    forms.formset_factory(
        StepForm,
        formset=BaseStepFormSet,
        extra=0,
        max_num=MOST_STEPS,
        absolute_max=MOST_STEPS + 1,
        validate_max=True,
    ),
)


def steps_of(alternative: Alternative) -> list[dict[str, Any]]:
    """Return the rows that the runbook's form begins with; one empty one if none."""
    rows: list[dict[str, Any]] = [
        {
            "pk": step.pk,
            "text": step.text,
            "role": step.role,
            "expected": step.expected,
            "verification": step.verification,
            "way_back": step.way_back,
            "details": step.details,
        }
        for step in alternative.steps.all()
    ]
    return rows or [{}]


def with_steps_of(
    rows: Sequence[dict[str, Any]], other: Alternative
) -> list[dict[str, Any]]:
    """Return `rows` and after them, as new steps, those of another runbook; empty rows
    left out, and nothing beyond MOST_STEPS."""
    added = [{**row, "pk": None} for row in steps_of(other)]
    return [row for row in (*rows, *added) if row.get("text")][:MOST_STEPS] or [{}]


def rearranged(rows: Sequence[dict[str, Any]], button: str) -> list[dict[str, Any]]:
    """Return `rows` after "add", "up:2", "down:2" or "drop:2"; as they are otherwise.

    Rows count from 0. Nothing is added beyond MOST_STEPS.
    """
    found = list(rows)
    verb, _colon, number = button.partition(":")
    place = int(number) if number.isdecimal() else -1
    if verb == "add" and len(found) < MOST_STEPS:
        found.append({})
    elif 0 <= place < len(found):
        other = place - 1 if verb == "up" else place + 1
        if verb == "drop":
            del found[place]
        elif verb in {"up", "down"} and 0 <= other < len(found):
            found[place], found[other] = found[other], found[place]
    return found or [{}]
