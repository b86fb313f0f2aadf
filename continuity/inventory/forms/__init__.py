"""What people fill in about workflows, alternatives, runbooks and the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.names import normalise
from continuity.inventory.forms.impact import (
    refuse_contradiction,
    refuse_unreadable,
    refuse_zero,
)
from continuity.inventory.models import (
    QUESTIONS,
    Alternative,
    AlternativeKind,
    Answer,
    DataClass,
    Dependency,
    ListPage,
    ProofSource,
    Provider,
    SavedView,
    Tier,
    Tool,
    ToolKind,
    Upstream,
    Workflow,
    WorkflowStatus,
)
from continuity.inventory.queries import proofs, tools, workflows
from continuity.inventory.queries.order import alphabetical
from continuity.inventory.services.proofs import Attachment
from continuity.inventory.services.runbooks import Step
from continuity.web import attachments
from continuity.web.choices import QuickSelect, RowFilter
from continuity.web.fields import LengthField, WebAddressField

type Choices = list[tuple[Any, Any]]

MOST_STEPS: Final = 60
MOST_BYTES: Final = 5 * 1024 * 1024
OLDEST_CHECK: Final = timedelta(days=366)
GAPS: Final = [
    ("", _("All, with gaps or not")),
    ("no_tool", _("No tool named")),
    ("no_alternative", _("No alternative")),
    ("no_rto", _("No RTO")),
    ("no_owner", _("No owner")),
]
STATUSES: Final = [
    ("", _("Any status")),
    *WorkflowStatus.choices,
    ("changed", _("Changed since approval")),
]

COLUMNS: Final = [
    ("team", _("Team")),
    ("tools", _("Tools")),
    ("tier", _("Criticality")),
    ("rto", _("RTO")),
    ("mtpd", _("MTPD")),
    ("alternatives", _("Alternatives")),
    ("readiness", _("Readiness")),
    ("data_class", _("Data")),
    ("owner", _("Owner")),
    ("deputy", _("Deputy")),
    ("reference", _("Reference")),
    ("status", _("Status")),
]
"""What a line of the list can show beside the name, in this order."""
USUAL_COLUMNS: Final = (
    "team",
    "tools",
    "tier",
    "rto",
    "alternatives",
    "readiness",
    "owner",
)


class ColumnsField(forms.MultipleChoiceField):
    """Columns as ticked boxes or as one word with commas; what is unknown is left out,
    and nothing at all stands for `usual`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, usual: Sequence[str], **options: Any) -> None:
        super().__init__(required=False, **options)
        self.usual = list(usual)

    def to_python(self, value: Any) -> list[str]:
        asked = set(",".join(value or ()).split(","))
        known = [name for name, _label in COLUMNS if name in asked]
        return known or self.usual

    def bound_data(self, data: Any, initial: Any) -> list[str]:
        return self.to_python(data)

    def validate(self, value: list[str]) -> None:
        """Nothing is left that could be wrong."""


class WorkflowFilter(forms.Form):
    """The filters of the list; what makes no sense is left out, never an error page."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Name, team, tool or reference"),
                "autocomplete": "off",
            }
        ),
    )
    team = RowFilter(label=_("Team"), first=_("All teams"))
    tool = RowFilter(label=_("Tool"), first=_("All tools"))
    provider = RowFilter(label=_("Provider"), first=_("All providers"))
    tier = forms.TypedChoiceField(
        label=_("Criticality"),
        required=False,
        coerce=int,
        choices=[("", _("Any criticality")), *Tier.choices],
        widget=QuickSelect,
    )
    data_class = forms.ChoiceField(
        label=_("Data"),
        required=False,
        widget=QuickSelect,
        choices=[("", _("Any data")), *DataClass.choices, ("none", _("Not stated"))],
    )
    owner = RowFilter(
        label=_("Owner"),
        first=_("Any owner"),
        others=[("none", _("Nobody"))],
        fields=("pk", "name", "email"),
        label_of=lambda name, email: name or email,
    )
    gap = forms.ChoiceField(
        label=_("What is missing"), required=False, choices=GAPS, widget=QuickSelect
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=STATUSES, widget=QuickSelect
    )
    archived = forms.ChoiceField(
        label=_("Archived"),
        required=False,
        widget=QuickSelect,
        choices=[("", _("In use")), ("1", _("Archived"))],
    )
    cols = ColumnsField(label=_("Columns"), choices=COLUMNS, usual=USUAL_COLUMNS)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, rows in (
            ("team", workflows.teams(user)),
            ("tool", workflows.tools_in_use(user)),
            ("provider", workflows.providers_in_use(user)),
            ("owner", workflows.owners(user)),
        ):
            _rows(self, name).offer(rows, self.data.get(name))

    def wanted(self) -> dict[str, Any]:
        """Return the filters that make sense and are not empty."""
        self.is_valid()
        found = self.cleaned_data.items()
        return {name: value for name, value in found if value and name != "cols"}

    def columns(self) -> list[str]:
        """Return the columns to show, in the order of the list."""
        self.is_valid()
        return list(self.cleaned_data.get("cols") or USUAL_COLUMNS)

    def address(self, *, sort: str = "") -> str:
        """Return the query string that opens just this list: only what was asked for."""
        asked: dict[str, Any] = self.wanted()
        columns = self.columns()
        if columns != list(USUAL_COLUMNS):
            asked["cols"] = ",".join(columns)
        if sort:
            asked["sort"] = sort
        return urlencode(sorted(asked.items()), safe=",")


class DueFilter(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Workflow or team"),
                "autocomplete": "off",
            }
        ),
    )
    show = forms.ChoiceField(
        label=_("What waits"),
        required=False,
        choices=[
            ("", _("Due for review")),
            ("soon", _("Due within 30 days")),
            ("draft", _("Not approved, or changed since")),
        ],
    )
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[("", _("Yours")), ("all", _("Everyone’s"))],
    )

    def wanted(self) -> dict[str, Any]:
        """Return what queries.reviews.due takes."""
        self.is_valid()
        found = self.cleaned_data
        return {
            "q": found.get("q", ""),
            "shown": found.get("show") or "due",
            "everyone": found.get("whose") == "all",
        }


class ToolFilter(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Tool, spelling or provider"),
                "autocomplete": "off",
            }
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *ToolKind.choices]
    )
    provider = forms.TypedChoiceField(label=_("Provider"), required=False, coerce=int)
    used = forms.ChoiceField(
        label=_("Use"),
        required=False,
        choices=[("", _("Used or not")), ("1", _("Used by a workflow"))],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _offer(
            self,
            "provider",
            [("", _("All providers")), *_named(tools.every_provider())],
        )

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class KnockOutFilter(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Tool, spelling or provider"),
                "autocomplete": "off",
            }
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *ToolKind.choices]
    )
    every = forms.ChoiceField(
        label=_("What they hit"),
        required=False,
        choices=[("", _("Tools that work depends on")), ("1", _("Every tool"))],
    )

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SourceFilter(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Tool or upstream"),
                "autocomplete": "off",
            }
        ),
    )
    age = forms.ChoiceField(
        label=_("Verified"),
        required=False,
        choices=[
            ("", _("Too long ago, or never")),
            ("stale", _("Too long ago")),
            ("never", _("Never verified")),
        ],
    )

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ProviderFilter(forms.Form):
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SavedViewForm(forms.Form):
    """A name for what a list shows. With `view`, only its name and who sees it."""

    page = forms.ChoiceField(choices=ListPage, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=60)
    shared = forms.BooleanField(
        label=_("Everyone may open it"),
        required=False,
        help_text=_("Each sees only what they may see."),
    )

    def __init__(
        self, *args: Any, user: User, view: SavedView | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.user, self.view = user, view
        if view is not None:
            del self.fields["page"], self.fields["query"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        page = found.get("page") if self.view is None else self.view.page
        same = SavedView.objects.filter(
            owner=self.user, page=page, name__iexact=found.get("name", "")
        )
        if self.view is not None:
            same = same.exclude(pk=self.view.pk)
        if same.exists():
            self.add_error("name", _("You have a view with this name."))
        return found


class WorkflowForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in stubs
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
        _choose(self, "team").queryset = mine
        if self.instance.pk:
            # Targets have a page of their own, where their author and reason are kept.
            del self.fields["rto"], self.fields["mtpd"]
        else:
            _choose(self, "team").empty_label = _("Choose a team")
        for name in ("owner", "deputy"):
            # Somebody whose account was closed stays until another is chosen.
            now = getattr(self.instance, f"{name}_id")
            _choose(self, name).queryset = User.objects.filter(
                Q(is_active=True) | Q(pk=now)
            ).order_by(alphabetical("name"), "pk")
            _choose(self, name).empty_label = _("Nobody yet")
        _offer(self, "data_class", [("", _("Not stated")), *DataClass.choices])

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
        _offer(self, "tool", [first, *_grouped(tools.offered(), without=taken)])

    def facts(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {**self.cleaned_data, "tool": _tool(self.cleaned_data["tool"])}

    def changes(self) -> dict[str, Any]:
        """Return what was changed, as the service takes it. No tool is the one before."""
        found = {name: self.cleaned_data[name] for name in self.changed_data}
        if "tool" in found:
            tool = _tool(found.pop("tool") or None)
            found |= {} if tool is None else {"tool": tool}
        return found


class AlternativeForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=AlternativeKind.choices, widget=forms.RadioSelect
    )
    tool = forms.TypedChoiceField(
        label=_("Tool"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("For every kind except “by hand”."),
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
        _offer(
            self,
            "tool",
            [
                ("", _("Choose a tool")),
                *_grouped(
                    tools.offered(infrastructure=False), without={dependency.tool_id}
                ),
            ],
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
        return {**self.cleaned_data, "tool": _tool(self.cleaned_data["tool"])}


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


class CheckForm(forms.Form):
    """A trial of an alternative outside any drill, as somebody writes it down."""

    shown_at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    works = forms.TypedChoiceField(
        label=_("Result"),
        choices=[("1", _("It worked")), ("0", _("It did not work"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    switch_after = LengthField(
        label=_("Time to switch"),
        required=False,
        help_text=_("From leaving the usual tool until this one was open."),
    )
    minimum_after = LengthField(
        label=_("Time to the minimum level"),
        required=False,
        help_text=_("Without it the check says nothing about the RTO."),
    )
    capacity = forms.IntegerField(
        label=_("Capacity reached, percent"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("Of the normal volume."),
    )
    quality = forms.IntegerField(
        label=_("Quality reached, percent"), required=False, min_value=0, max_value=999
    )
    note = forms.CharField(
        label=_("What was done and seen"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A picture, a PDF or plain text that shows it, 5 MB at most."),
    )

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        self.fields["shown_at"].initial = now

    def clean_shown_at(self) -> datetime:
        at: datetime = self.cleaned_data["shown_at"]
        if at > self.now + timedelta(minutes=1):
            raise ValidationError(_("This moment is still to come."))
        if at < self.now - OLDEST_CHECK:
            raise ValidationError(_("That is more than a year ago. Check it again."))
        return min(at, self.now)

    def clean_file(self) -> Attachment | None:
        file = self.cleaned_data["file"]
        if not file:
            return None
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB. Add a smaller one."))
        content = file.read()
        kind = attachments.kind_of(content)
        if kind is None:
            raise ValidationError(
                _("Only a picture (PNG, JPEG, WebP), a PDF or plain text can be added.")
            )
        return Attachment(attachments.safe_name(file.name, kind), content)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        switch, minimum = found.get("switch_after"), found.get("minimum_after")
        if switch is not None and minimum is not None and switch > minimum:
            self.add_error(
                "minimum_after",
                _("The minimum level cannot be reached before the tool is open."),
            )
        return found

    def facts(self) -> dict[str, Any]:
        """Return the fields as the service takes them, the file aside."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class EndProofForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it counts no more"),
        max_length=300,
        error_messages={"required": _("Say why: the next reader will ask.")},
    )


class PolicyForm(forms.Form):
    """Days by source and tier: a field for each, named "drill", "drill-1" and so on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.lines = []
        for line in proofs.policy_lines():
            cells = []
            for tier, days in line.days.items():
                name = line.source if tier is None else f"{line.source}-{tier}"
                label = _("As a rule") if tier is None else Tier(tier).label
                self.fields[name] = forms.IntegerField(
                    label=f"{ProofSource(line.source).label}, {label}",
                    required=False,
                    min_value=1,
                    max_value=3650,
                    initial=days,
                )
                cells.append(name)
            self.lines.append((line, cells))

    def rows(self) -> list[tuple[proofs.PolicyLine, list[forms.BoundField]]]:
        """Return the table: what the line is about, and its fields."""
        return [(line, [self[name] for name in cells]) for line, cells in self.lines]

    def days(self) -> dict[tuple[ProofSource, int | None], int | None]:
        """Return the policy as the service takes it."""
        return {
            (line.source, tier): self.cleaned_data[name]
            for line, cells in self.lines
            for tier, name in zip(line.days, cells, strict=True)
        }


class AccessForm(forms.Form):
    """Six answers of one person; what is not answered stays open."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in QUESTIONS:
            self.fields[name] = forms.ChoiceField(required=False, choices=Answer.choices)


class ToolForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in stubs
    url = WebAddressField(label=_("Web address"), required=False)

    class Meta:
        model = Tool
        fields = [
            "name",
            "provider",
            "kind",
            "parent",
            "url",
            "source",
            "seats",
            "limit",
            "retired_on",
        ]
        labels = {
            "seats": _("Seats"),
            "limit": _("People at once"),
            "retired_on": _("Withdrawn on"),
        }
        widgets = {"retired_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "parent": _("For a component or a model: the product it belongs to."),
            "source": _("Where the facts about it are from."),
            "seats": _("Licences the organisation holds. Empty: not known."),
            "retired_on": _(
                "The day its provider withdraws it. All proofs with it end on that day."
            ),
            "limit": _(
                "The most people who can work with it at the same time. Empty: not known."
            ),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _choose(self, "provider").queryset = tools.every_provider()
        _choose(self, "provider").empty_label = _("Not known")
        _choose(self, "parent").empty_label = _("Nothing: it stands alone")
        # One level: what is part of something has no parts of its own.
        _choose(self, "parent").queryset = (
            Tool.objects.filter(parent=None)
            .exclude(pk=self.instance.pk)
            .order_by(alphabetical("name"))
        )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        same = Tool.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(_("A tool with this name exists already."))
        return name

    def clean_parent(self) -> Tool | None:
        parent: Tool | None = self.cleaned_data["parent"]
        if parent is not None and self.instance.pk and self.instance.components.exists():
            raise ValidationError(
                _("This tool has components of its own; move them first.")
            )
        return parent


class SpellingForm(forms.Form):
    name = forms.CharField(label=_("Another spelling"), max_length=160)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not normalise(name):
            raise ValidationError(_("A spelling needs a letter or a digit."))
        return name


class UpstreamForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in stubs
    class Meta:
        model = Upstream
        fields = ["upstream", "relation", "hard", "source", "verified_on", "confidence"]
        labels = {
            "upstream": _("Needs"),
            "hard": _("It stops without it"),
            "relation": pgettext_lazy("of an upstream", "As"),
        }
        help_texts = {
            "source": _("Who says so: an address, a document and its date."),
            "verified_on": _("The day when somebody last checked the source."),
        }
        widgets = {
            "verified_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        }

    def __init__(self, *args: Any, tool: Tool, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tool = tool
        self.today = today
        others = Tool.objects.exclude(pk=tool.pk).order_by(alphabetical("name"))
        _choose(self, "upstream").queryset = others
        _choose(self, "upstream").empty_label = _("Choose what it needs")
        if self.instance.pk:
            # What an edge leads to is what it is: another one is another edge.
            del self.fields["upstream"], self.fields["relation"]

    def clean_verified_on(self) -> date | None:
        day: date | None = self.cleaned_data["verified_on"]
        if day is not None and day > self.today:
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.instance.pk and found.get("upstream") and found.get("relation"):
            same = Upstream.objects.filter(
                tool=self.tool, upstream=found["upstream"], relation=found["relation"]
            )
            if same.exists():
                self.add_error("upstream", _("This upstream is recorded already."))
        return found


class VerifyForm(forms.Form):
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=240,
        help_text=_("Empty: the source stays."),
    )


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in stubs
    url = WebAddressField(label=_("Web address"), required=False)

    class Meta:
        model = Provider
        fields = ["name", "url"]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        same = Provider.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(_("A provider with this name exists already."))
        return name


def _offer(form: forms.BaseForm, name: str, choices: Choices) -> None:
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers no choices")
    field.choices = choices


def _rows(form: forms.BaseForm, name: str) -> RowFilter:
    field = form.fields[name]
    if not isinstance(field, RowFilter):
        raise TypeError(f"{name} offers no rows to filter by")
    return field


def _choose(form: forms.BaseForm, name: str) -> "forms.ModelChoiceField[Any]":
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} offers no rows")
    return field


def _named(rows: Any) -> Choices:
    return list(rows.values_list("pk", "name"))


def _grouped(
    groups: Sequence[tuple[str, list[tuple[int, str]]]], *, without: set[int]
) -> Choices:
    found: Choices = []
    for provider, rows in groups:
        left = [(pk, name) for pk, name in rows if pk not in without]
        if left:
            found.append((provider or _("No provider named"), left))
    return found


def _tool(pk: int | None) -> Tool | None:
    return None if pk is None else Tool.objects.get(pk=pk)
