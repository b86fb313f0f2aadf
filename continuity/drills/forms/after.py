"""What is written into the report of an outage, rehearsed or real."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.drills.models import (
    RATING_LABELS,
    Finding,
    FindingKind,
    SurveyAnswer,
)
from continuity.drills.queries.wording import wording
from continuity.inventory.models import Alternative, Workflow
from continuity.outages.models import Outage


class ConclusionForm(forms.Form):
    conclusion = forms.CharField(
        label=_("What it showed, in a few sentences"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class RatingForm(forms.Form):
    """One of the four words, and why. Empty takes a rating back."""

    rating = forms.ChoiceField(
        label=_("Rating"),
        required=False,
        choices=[("", _("Not rated yet")), *RATING_LABELS.items()],
    )
    note = forms.CharField(label=_("Why"), required=False, max_length=500)


class FindingForm(forms.Form):
    """A finding or a strength; `outage` gives the workflows it can be about."""

    kind = forms.ChoiceField(label=_("Kind"), choices=FindingKind)
    text = forms.CharField(
        label=_("What was seen"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    workflow = forms.ModelChoiceField(
        Workflow.objects.none(),
        label=_("Workflow"),
        required=False,
        empty_label=_("None in particular"),
    )
    alternative = forms.ModelChoiceField(
        Alternative.objects.none(),
        label=_("Alternative"),
        required=False,
        empty_label=_("None in particular"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        outage: Outage,
        finding: Finding | None = None,
        kind: str = "",
    ) -> None:
        first: dict[str, Any] = {"kind": kind or FindingKind.FINDING}
        if finding is not None:
            first = {
                "kind": finding.kind,
                "text": wording(finding),
                "workflow": finding.workflow_id,
                "alternative": finding.alternative_id,
            }
        super().__init__(data, initial=first)
        work = outage.recoveries.values("workflow")
        fields: Any = self.fields
        fields["workflow"].queryset = Workflow.objects.filter(pk__in=work).order_by("name")
        fields["alternative"].queryset = (
            Alternative.objects.filter(dependency__workflow__in=work)
            .select_related("tool", "dependency__workflow")
            .order_by("dependency__workflow__name", "rank")
        )
        fields["alternative"].label_from_instance = _named

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        workflow, alternative = asked.get("workflow"), asked.get("alternative")
        if alternative is not None:
            own = alternative.dependency.workflow
            if workflow is None:
                asked["workflow"] = own
            elif workflow != own:
                self.add_error(
                    "alternative",
                    _("This is an alternative of another workflow. Choose one of its own."),
                )
        return asked


def _named(alternative: Alternative) -> str:
    return f"{alternative.dependency.workflow}: {alternative}"


class ReasonForm(forms.Form):
    """Why somebody opens or closes something; their name stands beside it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, help_text: str = "") -> None:
        super().__init__(data)
        self.fields["reason"].help_text = help_text


class SurveyForm(forms.Form):
    slowed = forms.CharField(
        label=_("What slowed you?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    helps = forms.CharField(
        label=_("What would help?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None, *, known: SurveyAnswer | None = None) -> None:
        first = {} if known is None else {"slowed": known.slowed, "helps": known.helps}
        super().__init__(data, initial=first)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if not self.errors and not asked.get("slowed") and not asked.get("helps"):
            raise forms.ValidationError(
                _("Write something to one question at least. “Nothing” will do.")
            )
        return asked


def person_label(person: User) -> str:
    return f"{person.name} ({person.email})" if person.name else person.email
