"""What asks for drills out of turn, and why a proposal is declined."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.drills.forms.lengths import DAY, LIMITS, NOTICES, choices, length
from continuity.drills.models import Cause, DrillType, Scenario, Trigger
from continuity.drills.queries import pages
from continuity.inventory.models import Tier

MARGINS: Final[Mapping[timedelta, Promise]] = {
    7 * DAY: _("1 week"),
    14 * DAY: _("2 weeks"),
    30 * DAY: _("30 days"),
    42 * DAY: _("6 weeks"),
    60 * DAY: _("60 days"),
    90 * DAY: _("90 days"),
}
EARLY: Final = {each: label for each, label in NOTICES.items() if each >= DAY}
"""Whoever is proposed a drill needs a day to plan it; so do those in it."""


class TriggerForm(forms.Form):
    """When to ask for a drill, of which work, and how it would be held."""

    cause = forms.ChoiceField(
        label=_("Ask for a drill when"), choices=Cause.choices, widget=forms.RadioSelect
    )
    margin = forms.TypedChoiceField(
        label=_("How long before, or after"),
        choices=choices(MARGINS),
        coerce=length,
        initial=str(int((30 * DAY).total_seconds())),
        help_text=_(
            "Before a proof expires, or after a real outage ended. For a change it does "
            "not count."
        ),
    )
    tiers = forms.TypedMultipleChoiceField(
        label=_("Only workflows of this criticality"),
        choices=Tier.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all."),
    )
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), required=False)
    scenario = forms.ModelChoiceField(
        Scenario.objects.all(),
        label=_("Scenario"),
        required=False,
        empty_label=_("The one that fits, neglected longest"),
    )
    type = forms.ChoiceField(
        label=_("Type"), choices=DrillType.choices, initial=DrillType.FUNCTIONAL
    )
    facilitator = forms.ModelChoiceField(
        User.objects.none(), label=_("Facilitator"), empty_label=None
    )
    notice = forms.TypedChoiceField(
        label=_("People are told"),
        choices=choices(EARLY),
        coerce=length,
        initial=str(int((7 * DAY).total_seconds())),
    )
    limit = forms.TypedChoiceField(
        label=_("Ends by itself after"),
        choices=choices(LIMITS),
        coerce=length,
        initial="7200",
    )
    plans = forms.ChoiceField(
        label=_("Then"),
        choices=[("no", _("Propose the drill")), ("yes", _("Plan the drill at once"))],
        initial="no",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)
        fields: Any = self.fields
        fields["facilitator"].queryset = pages.facilitators(user)
        fields["team"].queryset = pages.runnable_teams(user)
        if user.may(Action.RUN_DRILL):
            fields["team"].empty_label = _("All teams")
        else:
            fields["team"].required = True
            fields["team"].empty_label = None

    def clean_plans(self) -> bool:
        return str(self.cleaned_data["plans"]) == "yes"


def initial_of(trigger: Trigger) -> dict[str, Any]:
    """Return what the form of an existing trigger begins with."""
    return {
        "cause": trigger.cause,
        "margin": str(int(trigger.margin.total_seconds())),
        "tiers": trigger.tiers,
        "team": trigger.team,
        "scenario": trigger.scenario,
        "type": trigger.type,
        "facilitator": trigger.facilitator,
        "notice": str(int(trigger.notice.total_seconds())),
        "limit": str(int(trigger.limit.total_seconds())),
        "plans": "yes" if trigger.plans else "no",
    }


class DeclineForm(forms.Form):
    """Why a proposed drill is not held now."""

    reason = forms.CharField(
        label=_("Not now, because"),
        max_length=300,
        error_messages={"required": _("Say why not now.")},
    )
