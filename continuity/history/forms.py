"""What a reader of the history looks for."""

from collections import defaultdict
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.history import queries
from continuity.web.choices import QuickSelect, RowFilter, offer_rows


def _search(label: Any, placeholder: Any) -> forms.CharField:
    attrs = {"type": "search", "placeholder": placeholder}
    return forms.CharField(
        label=label, required=False, max_length=200, widget=forms.TextInput(attrs=attrs)
    )


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "title": label})
    return forms.DateField(
        label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget
    )


def _verbs() -> list[tuple[Any, Any]]:
    """Return the verbs under what they are about, for the words of the active language."""
    groups: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for verb, words in queries.VERBS.items():
        groups[verb.partition(".")[0]].append((verb, words))
    found = [(label, groups[kind]) for kind, label in queries.KINDS.items()]
    return [("", _("Whatever was done")), *found]


class HistoryFilter(forms.Form):
    """The filters of the history; what makes no sense is left out, never an error page."""

    q = _search(_("Search the history"), _("What was changed, or who"))
    who = _search(_("Who"), _("Who did it"))
    kind = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[("", _("Everything")), *queries.KINDS.items()],
        widget=QuickSelect,
    )
    verb = forms.ChoiceField(
        label=_("What was done"), required=False, choices=_verbs, widget=QuickSelect
    )
    team = RowFilter(label=_("Team"), first=_("All teams"))
    since = _day(_("From"))
    until = _day(_("To"))
    actor = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_rows(self, team=partial(queries.teams, user))

    def wanted(self) -> queries.Wanted:
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return queries.Wanted(**asked)

    def address(self) -> str:
        """Return the query string that opens just this list: only what was asked for."""
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return f"?{urlencode(asked)}" if asked else ""


class DeletedFilter(forms.Form):
    q = _search(_("Search what was deleted"), _("What it was called"))
    kind = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[("", _("Everything")), *queries.KINDS.items()],
        widget=QuickSelect,
    )

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
