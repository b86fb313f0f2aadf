"""Which workflows, and what is to be done to all of them."""

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.inventory.forms.alternatives import Described
from continuity.inventory.forms.choosing import grouped, offer
from continuity.inventory.forms.impact import refuse_unreadable
from continuity.inventory.forms.lists import WorkflowFilter
from continuity.inventory.models import (
    BulkKind,
    DataClass,
    Tier,
    Tool,
)
from continuity.inventory.queries import tools, workflows
from continuity.inventory.queries.bulk import Asked, Selection, contradiction
from continuity.people.forms import PersonField
from continuity.people.queries import zones
from continuity.web.fields import LengthField

PICKED, PAGE, ALL = "picked", "page", "all"
MOST_PICKED: Final = 1000
"""More keys than that do not come from a page of the list."""
EMPTY: Final = "none"
"""What a choice says that empties the field, where nothing leaves it as it is."""
KEEP: Final = ("", _("Leave as it is"))
LEFT: Final = _("A name or an e-mail address. Empty: it stays as it is.")
KINDS: Final = {kind.value: kind for kind in BulkKind}


def selection(user: User, query: QueryDict) -> tuple[Selection, list[tuple[str, str]]]:
    """Return the workflows that an address asks for, and the parts of it that do.

    `scope`: picked (the keys `pick`), page (those in `on_page`, with commas) or all (all
    that match the filters). What makes no sense picks nothing.
    """
    scope = query.get("scope", PICKED)
    if scope == ALL:
        filters = WorkflowFilter(query, user=user)
        wanted = filters.wanted()
        kept = [(name, str(value)) for name, value in wanted.items()]
        return Selection(user, None, wanted), [("scope", ALL), *kept]
    on_page = query.get("on_page", "").split(",")
    given = on_page if scope == PAGE else query.getlist("pick")
    keys = sorted({int(key) for key in given if key.isdecimal() and len(key) < 19})
    keys = keys[:MOST_PICKED]
    pairs = [("scope", PICKED), *(("pick", str(key)) for key in keys)]
    return Selection(user, tuple(keys)), pairs


class EditForm(forms.Form):
    """What all of them get. Nothing chosen or typed leaves a field as it is; what can be
    emptied has a choice or a box for that."""

    owner = PersonField(label=_("Owner"), required=False, help_text=LEFT)
    deputy = PersonField(label=_("Deputy"), required=False, help_text=LEFT)
    team = forms.ChoiceField(label=_("Team"), required=False)
    tier = forms.TypedChoiceField(
        label=_("Criticality"), required=False, coerce=int, choices=[KEEP, *Tier.choices]
    )
    data_class = forms.ChoiceField(
        label=_("Most sensitive data"),
        required=False,
        choices=[KEEP, *DataClass.choices, (EMPTY, _("Not stated"))],
    )
    rto = LengthField(label=_("Recovery time objective (RTO)"), required=False)
    mtpd = LengthField(label=_("Longest tolerable stop (MTPD)"), required=False)
    wrt = LengthField(label=_("Time to verify and catch up (WRT)"), required=False)
    hours = forms.CharField(
        label=_("Operating hours"),
        required=False,
        max_length=120,
        help_text=_("For example: Mon-Fri 08:00-18:00, Sat 09:00-12:00. Or: 24/7."),
    )
    zone = forms.ChoiceField(label=_("Time zone of the hours"), required=False)
    empty = forms.MultipleChoiceField(
        label=_("Empty these"),
        required=False,
        choices=[
            ("owner", _("Owner")),
            ("deputy", _("Deputy")),
            ("rto", _("RTO")),
            ("mtpd", _("MTPD")),
            ("wrt", _("WRT")),
            ("hours", _("Operating hours")),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is ticked here is not set any more."),
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **{**options, "prefix": "to"})
        self.teams = {str(one.pk): one for one in workflows.teams(user, Action.EDIT)}
        named = [(pk, one.name) for pk, one in self.teams.items()]
        offer(self, "team", [KEEP, *named])
        zone_names = [(name, name.replace("_", " ")) for name in zones()]
        own = (EMPTY, _("As the organisation"))
        offer(self, "zone", [KEEP, own, *zone_names])

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        refuse_unreadable(self, found, "hours")
        for name in ("rto", "mtpd"):
            if found.get(name) is not None and not found[name]:
                self.add_error(name, _("It must be longer than zero."))
        said = contradiction(**{name: found.get(name) for name in ("rto", "wrt", "mtpd")})
        if said and not self.errors:
            self.add_error("rto", said)
        for name in found.get("empty", ()):
            if found.get(name):
                self.add_error(name, _("Set it or empty it, not both."))
        owner = found.get("owner")
        if owner and owner == found.get("deputy"):
            self.add_error("deputy", _("The deputy must be somebody other than the owner."))
        if not self.errors and not self.asked().fields:
            self.add_error(None, _("Choose at least one thing to change."))
        return found

    def asked(self) -> Asked:
        """Return the fields to set, as the model has them."""
        found = self.cleaned_data
        fields: dict[str, Any] = {}
        if value := found.get("team"):
            fields["team"] = self.teams.get(value)
        for name in ("data_class", "zone"):
            if value := found.get(name):
                fields[name] = "" if value == EMPTY else value
        for name in ("owner", "deputy", "tier", "rto", "mtpd", "wrt", "hours"):
            if found.get(name) not in (None, ""):
                fields[name] = found[name]
        for name in found.get("empty", ()):
            fields[name] = "" if name == "hours" else None
        return Asked(BulkKind.EDIT, fields)


class AlternativeForm(Described):
    """One alternative for every selected workflow that depends on a tool."""

    of = forms.ChoiceField(
        label=_("Instead of"),
        help_text=_("Workflows that do not depend on this tool are left out."),
    )
    tool = forms.ChoiceField(
        label=_("Tool"),
        required=False,
        help_text=_("For every kind except “by hand”."),
    )

    def __init__(self, *args: Any, chosen: Selection, **options: Any) -> None:
        super().__init__(*args, **{**options, "prefix": "to"})
        self.used = {str(one.pk): one for one in chosen.tools()}
        first = ("", _("Choose a tool"))
        used = [(key, one.name) for key, one in self.used.items()]
        offer(self, "of", [first, *used])
        offered = grouped(tools.offered(infrastructure=False), without=set())
        offer(self, "tool", [first, *offered])

    def asked(self) -> Asked:
        found = {**self.cleaned_data, "of": self.used[self.cleaned_data["of"]]}
        found["tool"] = Tool.objects.get(pk=found["tool"]) if found["tool"] else None
        return Asked(BulkKind.ALTERNATIVE, found)


class PlainForm(forms.Form):
    """For what needs no more to be said than on which workflows."""

    def __init__(self, *args: Any, kind: BulkKind, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind

    def asked(self) -> Asked:
        return Asked(self.kind)


def change_form(
    kind: BulkKind, data: QueryDict, chosen: Selection
) -> EditForm | AlternativeForm | PlainForm:
    """Return the form of a kind of change; filled in where the address says "go"."""
    filled = data if "go" in data else None
    match kind:
        case BulkKind.EDIT:
            return EditForm(filled, user=chosen.user)
        case BulkKind.ALTERNATIVE:
            return AlternativeForm(filled, chosen=chosen)
        case _:
            return PlainForm(data, kind=kind)
