"""What people choose about messages, and where news goes besides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import LANGUAGE_LABELS, Team
from continuity.notifications.models import (
    CHOSEN,
    SHARED,
    Kind,
    Preferences,
    Rhythm,
    Style,
    Way,
)
from continuity.notifications.queries import ChosenWay
from continuity.web import outgoing

WAYS: Final = ("mail", "in_app", "digest")


class OwnFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("What about"),
        required=False,
        choices=lambda: [
            ("", _("All kinds")),
            *((kind.value, kind.label) for kind in CHOSEN),
        ],
    )
    unread = forms.ChoiceField(
        label=_("Read or not"),
        required=False,
        choices=[("", _("Read and unread")), ("1", _("Unread only"))],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of message with its three boxes."""

    label: str | Promise
    hint: str | Promise
    boxes: tuple[BoundField, ...]


class ChoicesForm(forms.Form):
    """A box for each kind and way; quiet hours; the digest."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=pgettext_lazy("quiet hours", "until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    digest_every = forms.ChoiceField(label=_("The digest comes"), choices=Rhythm.choices)
    digest_time = forms.TimeField(
        label=pgettext_lazy("the digest comes", "at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        ways: list[ChosenWay],
        preferences: Preferences,
    ) -> None:
        initial: dict[str, Any] = {
            "quiet_from": preferences.quiet_from,
            "quiet_until": preferences.quiet_until,
            "digest_every": preferences.digest_every,
            "digest_time": preferences.digest_time,
        }
        super().__init__(data, initial=initial)
        self.ways = ways
        labels = {
            "mail": _("By mail"),
            "in_app": _("In the product"),
            "digest": pgettext_lazy("message", "Digest"),
        }
        for chosen in ways:
            for way in WAYS:
                self.fields[f"{chosen.kind.value}-{way}"] = forms.BooleanField(
                    label=labels[way],
                    required=False,
                    initial=getattr(chosen.way, way),
                )

    def lines(self) -> Iterator[Line]:
        for chosen in self.ways:
            boxes = tuple(self[f"{chosen.kind.value}-{way}"] for way in WAYS)
            yield Line(chosen.kind.label, chosen.hint, boxes)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if {"quiet_from", "quiet_until"} & set(self.errors):
            return answers
        begin, end = answers.get("quiet_from"), answers.get("quiet_until")
        if (begin is None) != (end is None):
            self.add_error(
                "quiet_until" if end is None else "quiet_from",
                _("Quiet hours need both ends. Leave both empty for none."),
            )
        elif begin is not None and begin == end:
            self.add_error(
                "quiet_until",
                _("Quiet hours begin and end at the same time. Leave both empty for none."),
            )
        return answers

    @property
    def chosen(self) -> dict[str, Any]:
        """The arguments of the service, once the form is valid."""
        answers = self.cleaned_data
        begin: time | None = answers["quiet_from"]
        end: time | None = answers["quiet_until"]
        return {
            "ways": {
                one.kind: Way(*(answers[f"{one.kind.value}-{way}"] for way in WAYS))
                for one in self.ways
            },
            "quiet": (begin, end) if begin is not None and end is not None else None,
            "digest_every": answers["digest_every"],
            "digest_time": answers["digest_time"],
        }


class EndpointForm(forms.Form):
    """An endpoint; what it is can be said once, when it is added."""

    style = forms.ChoiceField(
        label=_("What it is"), choices=Style.choices, initial=Style.WEBHOOK
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("As people call it: “Channel of the operations team”."),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        help_text=_(
            "Copy it from the other program. Whoever knows the address of a chat can write "
            "there: only administrators see it."
        ),
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[(key, label) for key, label in LANGUAGE_LABELS.items() if key],
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of news"),
        required=False,
        choices=[(kind.value, kind.label) for kind in SHARED],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all of them."),
    )
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        required=False,
        queryset=Team.objects.order_by("name"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_(
            "Only news of these teams, and of the teams of a department. None chosen means "
            "all news, also what belongs to no team."
        ),
    )

    def __init__(self, *args: Any, new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not new:
            del self.fields["style"]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            outgoing.check(url)
        except outgoing.Forbidden:
            ports = ", ".join(map(str, settings.OUTGOING_PORTS))
            raise ValidationError(
                _(
                    "Nothing can be sent to this address. Write a public one that begins "
                    "with https://, without a name and password in it, on port %(ports)s."
                ),
                params={"ports": ports},
            ) from None
        return url


def kinds_of(endpoint_kinds: list[str]) -> list[str]:
    """Return those of `endpoint_kinds` that there still are."""
    return [kind for kind in endpoint_kinds if kind in Kind.values]
