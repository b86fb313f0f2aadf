"""What people fill in about an alternative."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.inventory.forms.choosing import grouped, offer, tool_of
from continuity.inventory.models import (
    Alternative,
    AlternativeKind,
    DataClass,
    Dependency,
)
from continuity.inventory.queries import tools
from continuity.web.fields import LengthField


class Described(forms.Form):
    """What is asked of an alternative wherever one is added, the tool aside."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=AlternativeKind.choices, widget=forms.RadioSelect
    )
    procedure = forms.CharField(
        label=_("Manual procedure"),
        required=False,
        max_length=160,
        help_text=_("For “by hand”: what it is called, as in “Paper form and phone”."),
    )
    expected_switch = LengthField(label=_("Expected switching time"), required=False)
    expected_capacity = forms.IntegerField(
        label=_("Expected capacity, percent"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("Of the normal volume."),
    )
    expected_quality = forms.IntegerField(
        label=_("Expected quality, percent"), required=False, min_value=0, max_value=999
    )
    approved_data = forms.MultipleChoiceField(
        label=_("Approved for data"),
        required=False,
        choices=DataClass.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What may be given to this tool. By hand, all data may be used."),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("kind") == AlternativeKind.MANUAL:
            found["tool"], found["procedure"] = None, found.get("procedure", "").strip()
            if not found["procedure"]:
                self.add_error("procedure", _("Name the procedure that is done by hand."))
        elif "kind" in found:
            found["procedure"] = ""
            if not found.get("tool") and "tool" not in self.errors:
                self.add_error(
                    "tool",
                    _("Choose a tool, or the kind “by hand” and name the procedure."),
                )
        return found


class AlternativeForm(Described):
    tool = forms.TypedChoiceField(
        label=_("Tool"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("For every kind except “by hand”."),
    )
    limit = forms.IntegerField(
        label=_("People at once, at most"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("Seats, accounts or desks that this work has there."),
    )
    cost = forms.CharField(
        label=_("What it costs"),
        required=False,
        max_length=120,
        help_text=_("For example: 25 EUR a seat and month."),
    )
    preconditions = forms.CharField(
        label=_("What must be in place before"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    trigger = forms.CharField(
        label=_("When to switch to it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: two failures in a row, or ten minutes of waiting."),
    )
    return_criteria = forms.CharField(
        label=_("When to go back"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: the usual tool has answered for an hour."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        dependency: Dependency,
        alternative: Alternative | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.dependency = dependency
        self.alternative = alternative
        offer(
            self,
            "tool",
            [
                ("", _("Choose a tool")),
                *grouped(tools.offered(infrastructure=False), without={dependency.tool_id}),
            ],
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        self._once(found)
        self._as_proven(found)
        return found

    def _as_proven(self, found: Mapping[str, Any]) -> None:
        here = self.alternative
        if here is None or found.get("tool") == here.tool_id or not here.proofs.exists():
            return
        self.add_error(
            "tool" if here.tool_id else "kind",
            _(
                "Its proofs are of %(name)s. "
                "Add the other tool as an alternative of its own."
            )
            % {"name": here},
        )

    def _once(self, found: Mapping[str, Any]) -> None:
        others = self.dependency.alternatives.all()
        if self.alternative is not None:
            others = others.exclude(pk=self.alternative.pk)
        if found.get("tool") and others.filter(tool=found["tool"]).exists():
            self.add_error("tool", _("This tool is an alternative here already."))
        procedure = found.get("procedure")
        if procedure and others.filter(procedure__iexact=procedure).exists():
            self.add_error(
                "procedure", _("A procedure with this name is an alternative here already.")
            )

    def facts(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {**self.cleaned_data, "tool": tool_of(self.cleaned_data["tool"])}


def of_alternative(alternative: Alternative) -> dict[str, Any]:
    """Return what the form for `alternative` begins with."""
    return {
        "kind": alternative.kind,
        "tool": alternative.tool_id,
        "procedure": alternative.procedure,
        "expected_switch": alternative.expected_switch,
        "expected_capacity": alternative.expected_capacity,
        "expected_quality": alternative.expected_quality,
        "approved_data": alternative.approved_data,
        "limit": alternative.limit,
        "cost": alternative.cost,
        "preconditions": alternative.preconditions,
        "trigger": alternative.trigger,
        "return_criteria": alternative.return_criteria,
        "note": alternative.note,
    }
