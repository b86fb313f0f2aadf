"""Success criteria as a person sets them before a drill, and rates them after."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.domain.criteria import Measure
from continuity.drills.models import CRITERION_LABELS, Criterion
from continuity.drills.services.scheduling import Wish

MOST_STATEMENTS: Final = 10
LONGEST: Final = 300


def _percent(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=100)


class CriteriaFields(forms.Form):
    """The part of a plan that says by what it succeeds. Empty fields ask for nothing."""

    within_rto = _percent(_("Recoveries within their RTO, at least, %"))
    recovered = _percent(_("Recoveries at the minimum level, at least, %"))
    acknowledged = _percent(_("Recoveries acknowledged in time, at least, %"))
    acknowledged_minutes = forms.IntegerField(
        label=_("In time means within, minutes"),
        required=False,
        min_value=1,
        max_value=1440,
        initial=5,
    )
    statements = forms.CharField(
        label=_("What the evaluator rates, one sentence a line"),
        required=False,
        max_length=MOST_STATEMENTS * (LONGEST + 2),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_statements(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["statements"].splitlines()]
        found = [line for line in lines if line]
        if len(found) > MOST_STATEMENTS:
            raise forms.ValidationError(
                _("At most %(most)s sentences. Join some, or leave some out."),
                params={"most": MOST_STATEMENTS},
            )
        for line in found:
            if len(line) > LONGEST:
                raise forms.ValidationError(
                    _("A sentence has at most %(most)s characters: “%(begin)s…”."),
                    params={"most": LONGEST, "begin": line[:40]},
                )
        return found


CRITERIA_FIELDS: Final = tuple(CriteriaFields.base_fields)


def wishes(told: dict[str, Any]) -> list[Wish]:
    """Return what the cleaned fields ask for."""
    found = [
        Wish(measure, told[measure.value])
        for measure in (Measure.WITHIN_RTO, Measure.RECOVERED)
        if told.get(measure.value)
    ]
    if told.get("acknowledged"):
        within = timedelta(minutes=told.get("acknowledged_minutes") or 5)
        found.append(Wish(Measure.ACKNOWLEDGED, told["acknowledged"], within))
    found += [Wish(Measure.RATED, text=text) for text in told.get("statements") or ()]
    return found


def initial_criteria(criteria: Iterable[Criterion]) -> dict[str, Any]:
    """Return what the fields of an existing schedule begin with."""
    initial: dict[str, Any] = {}
    statements = []
    for criterion in criteria:
        if criterion.measure == Measure.RATED:
            statements.append(criterion.text)
            continue
        initial[criterion.measure] = criterion.percent
        if criterion.within is not None:
            initial["acknowledged_minutes"] = criterion.within // timedelta(minutes=1)
    return initial | {"statements": "\n".join(statements)}


class RatingForm(forms.Form):
    rating = forms.ChoiceField(
        label=_("Was it met?"),
        choices=list(CRITERION_LABELS.items()),
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("What you saw"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
