"""What part of the overview a reader looks at."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from continuity.dashboard import queries
from continuity.dashboard.queries.scope import PERIODS, Group
from continuity.domain.clocks import Verdict
from continuity.insight.models import SCREEN_LANGUAGES
from continuity.inventory.models import Tier
from continuity.inventory.queries.standing import LEVEL_LABELS
from continuity.web.pills import pill_for

CHOSEN = SafeString(" selected")
LARGEST_KEY = 2**31 - 1
"""What an address may ask for by key; a larger number asks for nothing."""


class ScopeForm(forms.Form):
    department = forms.TypedChoiceField()
    tier = forms.TypedChoiceField(
        label=_("Criticality"),
        choices=[("", _("All criticalities")), *Tier.choices],
        required=False,
        coerce=int,
        empty_value=None,
    )
    months = forms.TypedChoiceField(
        label=_("Period"),
        choices=[*PERIODS.items()],
        required=False,
        coerce=int,
        empty_value=None,
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

    def options(self) -> dict[str, SafeString]:
        """Return the options of each field, the chosen one marked. Written here and not
        by the widgets' templates, which would be a tenth of the overview's time."""
        return {
            name: format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                (
                    (value, CHOSEN if str(value) == str(self.data[name]) else "", label)
                    for value, label in getattr(field, "choices", ())
                ),
            )
            for name, field in self.fields.items()
        }


class WorkflowsForm(ScopeForm):
    """Which of the workflows behind a figure are shown."""

    LEVELS = [("", _("All levels")), *LEVEL_LABELS.items()]
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
    group = forms.IntegerField(
        required=False, max_value=LARGEST_KEY, widget=forms.HiddenInput
    )
    carrier = forms.CharField(required=False, widget=forms.HiddenInput)
    upstream = forms.IntegerField(
        required=False, max_value=LARGEST_KEY, widget=forms.HiddenInput
    )
    pressing = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RecoveriesForm(ScopeForm):
    """Which of the recoveries behind the median; those of real outages with `kind`."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        choices=[
            ("", _("Every verdict")),
            *((one.value, pill_for("verdict", one.value).text) for one in Verdict),
        ],
    )
    kind = forms.ChoiceField(
        choices=[("", ""), ("real", "")], required=False, widget=forms.HiddenInput
    )


class DecisionsForm(ScopeForm):
    kind = forms.ChoiceField(
        label=_("What is to be decided"),
        choices=[("", _("Everything")), *queries.DECISION_LABELS.items()],
        required=False,
    )


class ShiftsForm(ScopeForm):
    turn = forms.ChoiceField(
        label=_("What changed"),
        choices=[("", _("Every change")), *queries.TURN_LABELS.items()],
        required=False,
    )


class ScreenForm(forms.Form):
    name = forms.CharField(
        label=_("Where it hangs"),
        max_length=80,
        help_text=_("So that you know later which link to take back."),
    )
    team = forms.TypedChoiceField(
        label=_("What it shows"), required=False, coerce=int, empty_value=None
    )
    language = forms.ChoiceField(label=_("Language"), choices=SCREEN_LANGUAGES)

    def __init__(self, *args: Any, departments: Sequence[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["team"]
        if isinstance(field, forms.TypedChoiceField):
            own = [(str(team.pk), team.name) for team in departments]
            field.choices = [("", _("All departments")), *own]
