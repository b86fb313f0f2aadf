"""What the lists of the inventory are filtered by, and the views kept of them."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.inventory.forms.choosing import (
    named,
    offer,
)
from continuity.inventory.models import (
    DataClass,
    ListPage,
    SavedView,
    Tier,
    ToolKind,
    WorkflowStatus,
)
from continuity.inventory.queries import tools, workflows
from continuity.web.choices import QuickChecks, QuickSelect, RowFilter, offer_rows

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

    widget = QuickChecks

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


def _search(placeholder: Promise) -> forms.CharField:
    """Return the field in which a list is searched, with what can be asked for."""
    attrs = {"type": "search", "placeholder": placeholder, "autocomplete": "off"}
    return forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs=attrs),
    )


class WorkflowFilter(forms.Form):
    """The filters of the list; what makes no sense is left out, never an error page."""

    q = _search(_("Name, team, tool or reference"))
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
        offer_rows(
            self,
            team=partial(workflows.teams, user),
            tool=partial(workflows.tools_in_use, user),
            provider=partial(workflows.providers_in_use, user),
            owner=partial(workflows.owners, user),
        )

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
    q = _search(_("Workflow or team"))
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
    q = _search(_("Tool, spelling or provider"))
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
        offer(
            self,
            "provider",
            [("", _("All providers")), *named(tools.every_provider())],
        )

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class KnockOutFilter(forms.Form):
    q = _search(_("Tool, spelling or provider"))
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
    q = _search(_("Tool or upstream"))
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
