"""What part of the overview a reader looks at."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.dashboard import queries
from continuity.domain.readiness import Level

PERIODS = [
    (12, _("Last 12 months")),
    (6, _("Last 6 months")),
    (3, _("Last 3 months")),
]


class ScopeForm(forms.Form):
    department = forms.TypedChoiceField()
    months = forms.TypedChoiceField(
        label=_("Period"), choices=PERIODS, required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, chosen: queries.Scope, **options: Any) -> None:
        super().__init__(*args, **options)
        own = [(str(team.pk), team.name) for team in chosen.departments]
        self.fields["department"] = forms.TypedChoiceField(
            label=_("Department"),
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", _("All departments")), *own],
        )


class WorkflowsForm(ScopeForm):
    """Which of the workflows behind a figure are shown."""

    LEVELS = [
        ("", _("All levels")),
        (Level.READY, _("Ready")),
        (Level.PARTLY, _("Partly ready")),
        (Level.NOT_READY, _("Not ready")),
        (Level.UNKNOWN, _("Not known")),
    ]
    level = forms.ChoiceField(label=_("Readiness"), choices=LEVELS, required=False)
    proven = forms.ChoiceField(
        label=_("Proven alternative"),
        choices=[
            ("", _("Proven or not")),
            ("yes", _("Proven alternative")),
            ("no", _("No proven alternative")),
        ],
        required=False,
    )
    group = forms.IntegerField(required=False, widget=forms.HiddenInput)
    carrier = forms.CharField(required=False, widget=forms.HiddenInput)
    pressing = forms.BooleanField(required=False, widget=forms.HiddenInput)


class DecisionsForm(ScopeForm):
    kind = forms.ChoiceField(
        label=_("What is to be decided"),
        choices=[("", _("Everything")), *queries.DECISION_LABELS.items()],
        required=False,
    )
