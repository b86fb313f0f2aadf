"""Corrective actions, the filter of their list, and which drills to compare."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.drills.forms.after import person_label
from continuity.drills.models import ActionStatus, CorrectiveAction, Drill
from continuity.drills.queries import actions, comparing
from continuity.inventory.models import Workflow
from continuity.web import formats
from continuity.web.choices import Shown, show_together


class ActionForm(forms.Form):
    """What is to be done, by whom, until when. `today` is the reader's."""

    text = forms.CharField(label=_("What is to be done"), max_length=300)
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))
    due_on = forms.DateField(
        label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, data: Any = None, *, today: date, action: CorrectiveAction | None = None
    ) -> None:
        first: dict[str, Any] = {}
        if action is not None:
            first = {
                "text": action.text,
                "owner": action.owner_id,
                "due_on": action.due_on,
            }
        super().__init__(data, initial=first)
        self.today = today
        self.kept = action.due_on if action is not None else None
        owner: Any = self.fields["owner"]
        owner.queryset = actions.assignable()
        owner.label_from_instance = person_label

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if due_on < self.today and due_on != self.kept:
            raise forms.ValidationError(_("This day is over. Choose today or a later one."))
        if due_on.year > self.today.year + 10:
            raise forms.ValidationError(_("Choose a day within the next ten years."))
        return due_on


class MoveForm(forms.Form):
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[choice for choice in ActionStatus.choices if choice[0] != "closed"],
    )


class ActionFilter(forms.Form):
    q = forms.CharField(
        label=_("Search actions"),
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": _("Search actions")}),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("Every team")
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Owner"), required=False, empty_label=_("Every owner")
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Not closed")),
            *ActionStatus.choices,
            ("all", _("Every status")),
        ],
    )
    which = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[
            ("", _("All of them")),
            ("overdue", _("Overdue ones")),
            ("proposed", _("To be closed: the retest passed")),
        ],
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["team"].queryset = Team.objects.allowing(user, Action.VIEW)
        fields["owner"].queryset = actions.owners(user)

    def wanted(self) -> actions.Wanted:
        """Return what is asked for; a field that makes no sense asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        status = asked.get("status", "")
        owner = asked.get("owner")
        return actions.Wanted(
            text=asked.get("q", ""),
            team=asked.get("team"),
            owner=owner.pk if owner is not None else None,
            status="" if status == "all" else status or "standing",
            overdue=asked.get("which") == "overdue",
            proposed=asked.get("which") == "proposed",
        )


UNNAMED: Final[Mapping[str, Promise]] = {
    "a": _("The one before the last"),
    "b": _("The last one"),
}
"""What the two drills to compare are where nobody names them."""


class CompareForm(forms.Form):
    """Whose drills, and which two. Those to choose from follow from whose."""

    workflow = forms.ModelChoiceField(
        Workflow.objects.none(), label=_("Workflow"), required=False, empty_label="–"
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label="–"
    )
    a = forms.ChoiceField(label=_("One drill"), required=False)
    b = forms.ChoiceField(label=_("The other drill"), required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["workflow"].queryset = comparing.workflows(user).select_related("team")
        fields["team"].queryset = comparing.teams(user)
        show_together(
            self, workflow=Shown(("pk", "name", "team__name"), _work), team=Shown()
        )
        self.of_workflow: Workflow | None = self._one("workflow")
        self.of_team: Team | None = None if self.of_workflow else self._one("team")
        # Two of all teams are compared where they are named: a drill's page does so.
        asked = any(self.data.get(name) for name in ("workflow", "team"))
        self.of_all = not asked and any(self.data.get(name) for name in UNNAMED)
        found = comparing.drills(
            user, workflow=self.of_workflow, team=self.of_team, everyone=self.of_all
        )
        self.drills = {str(drill.pk): drill for drill in found}
        held = [(key, _held(drill)) for key, drill in self.drills.items()]
        for name, nothing in UNNAMED.items():
            fields[name].choices = [("", nothing), *held]
            if not (self.of_workflow or self.of_team or self.of_all):
                fields[name].widget = forms.HiddenInput()

    def _one(self, name: str) -> Any:
        field = self.fields[name]
        try:
            return field.clean(self.data.get(name))
        except forms.ValidationError:
            return None

    def has_work(self) -> bool:
        """Say whether any workflow that the reader may see was in a drill at all."""
        field: Any = self.fields["workflow"]
        return len(list(field.widget.choices)) > 1

    def two(self) -> tuple[Drill, Drill] | None:
        """Return the two drills that are asked for, of those not named the latest; None
        where there are no two. The same one twice leaves room for another."""
        self.is_valid()
        asked = self.cleaned_data
        a, b = (self.drills.get(asked.get(name, "")) for name in ("a", "b"))
        if a == b:
            a = None
        for latest in [*self.drills.values()][:3]:
            if b is None and latest != a:
                b = latest
            elif a is None and latest != b:
                a = latest
        return None if a is None or b is None else (a, b)


def _work(workflow: str, team: str) -> str:
    return f"{workflow} ({team})"


def _held(drill: Drill) -> str:
    return f"{formats.day_time(drill.outage.occurred_at)}: {drill.outage.title}"
