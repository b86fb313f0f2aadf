"""What people fill in about a workflow, its tools and who can use them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.inventory.forms.choosing import choose, grouped, named_by, offer, tool_of
from continuity.inventory.forms.impact import (
    refuse_contradiction,
    refuse_unreadable,
    refuse_zero,
)
from continuity.inventory.models import (
    QUESTIONS,
    Answer,
    DataClass,
    Dependency,
    Workflow,
)
from continuity.inventory.queries import tools, workflows
from continuity.people.forms import PERSON_HELP, PersonField
from continuity.web.fields import LengthField


class WorkflowForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in stubs
    owner = PersonField(label=_("Owner"), required=False, help_text=PERSON_HELP)
    deputy = PersonField(label=_("Deputy"), required=False, help_text=PERSON_HELP)
    rto = LengthField(
        label=_("Recovery time objective (RTO)"),
        required=False,
        help_text=_("How soon the work must go on, at the minimum level."),
    )
    mtpd = LengthField(
        label=_("Longest tolerable stop (MTPD)"),
        required=False,
        help_text=_("After this, the harm is not tolerable."),
    )

    class Meta:
        model = Workflow
        fields = [
            "name",
            "team",
            "description",
            "reference",
            "owner",
            "deputy",
            "tier",
            "rto",
            "mtpd",
            "mbco_percent",
            "mbco_words",
            "people_least",
            "people_most",
            "data_class",
            "hours",
        ]
        labels = {
            "mbco_percent": _("Minimum level (MBCO), percent"),
            "mbco_words": _("Minimum level in words"),
            "data_class": _("Most sensitive data"),
        }
        help_texts = {
            "mbco_percent": _("Of the normal volume."),
            "mbco_words": _("For example: urgent claims only."),
            "hours": _("For example: Mon-Fri 08:00-18:00, Sat 09:00-12:00. Or: 24/7."),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        mine = workflows.teams(user, Action.EDIT)
        choose(self, "team").queryset = mine
        if self.instance.pk:
            # Targets have a page of their own, where their author and reason are kept.
            del self.fields["rto"], self.fields["mtpd"]
        else:
            choose(self, "team").empty_label = _("Choose a team")
        for name in ("owner", "deputy"):
            # Somebody whose account was closed stays until another is chosen.
            named_by(self, name).keep = getattr(self.instance, f"{name}_id")
        offer(self, "data_class", [("", _("Not stated")), *DataClass.choices])

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if "rto" in self.fields:
            refuse_zero(self, found)
            refuse_contradiction(self, found)
        refuse_unreadable(self, found, "hours")
        least, most = found.get("people_least"), found.get("people_most")
        if least is not None and most is not None and least > most:
            self.add_error("people_least", _("“At least” must not exceed “at most”."))
        percent = found.get("mbco_percent")
        if percent is not None and percent > 100:
            self.add_error("mbco_percent", _("Give a percentage between 0 and 100."))
        if found.get("owner") and found.get("owner") == found.get("deputy"):
            self.add_error("deputy", _("The deputy must be somebody other than the owner."))
        self._unique_name(found.get("team"), found.get("name"))
        return found

    def _unique_name(self, team: Team | None, name: str | None) -> None:
        if team is None or not name or self.instance.archived_at is not None:
            return
        same = Workflow.objects.current().filter(team=team, name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("This team has a workflow with this name."))


class DependencyForm(forms.Form):
    """`dependency` None adds one; otherwise the tool stands and cannot be changed."""

    tool = forms.TypedChoiceField(label=_("Tool"), coerce=int)
    purpose = forms.CharField(
        label=_("What it is used for"),
        required=False,
        max_length=240,
    )
    without = forms.ChoiceField(
        label=_("Without it, the work"),
        choices=Dependency._meta.get_field("without").choices,  # type: ignore[arg-type]
        widget=forms.RadioSelect,
        initial="stops",
        help_text=_("“Degraded”: it goes on, slower or poorer, at the minimum level."),
    )

    def __init__(
        self,
        *args: Any,
        workflow: Workflow,
        dependency: Dependency | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        taken = set(workflow.dependencies.values_list("tool", flat=True))
        first: tuple[str, Any] = ("", _("Choose a tool"))
        if dependency is not None:
            taken.discard(dependency.tool_id)
            taken.update(
                dependency.alternatives.exclude(tool=None).values_list("tool", flat=True)
            )
            self.fields["tool"].required = False
            self.fields["tool"].help_text = _(
                "If the work uses another tool now, its alternatives and runbooks stay, "
                "and their proofs end: they were shown for the tool before."
            )
            first = ("", dependency.tool.name)
        offer(self, "tool", [first, *grouped(tools.offered(), without=taken)])

    def facts(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {**self.cleaned_data, "tool": tool_of(self.cleaned_data["tool"])}

    def changes(self) -> dict[str, Any]:
        """Return what was changed, as the service takes it. No tool is the one before."""
        found = {name: self.cleaned_data[name] for name in self.changed_data}
        if "tool" in found:
            tool = tool_of(found.pop("tool") or None)
            found |= {} if tool is None else {"tool": tool}
        return found


class AccessForm(forms.Form):
    """Six answers of one person; what is not answered stays open."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in QUESTIONS:
            self.fields[name] = forms.ChoiceField(required=False, choices=Answer.choices)
