"""What people fill in about tools, what these need, and providers."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.domain.names import normalise
from continuity.inventory.forms.choosing import choose
from continuity.inventory.models import (
    Provider,
    Tool,
    Upstream,
)
from continuity.inventory.queries import tools
from continuity.inventory.queries.order import alphabetical
from continuity.web.fields import WebAddressField


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
        choose(self, "provider").queryset = tools.every_provider()
        choose(self, "provider").empty_label = _("Not known")
        choose(self, "parent").empty_label = _("Nothing: it stands alone")
        # One level: what is part of something has no parts of its own.
        choose(self, "parent").queryset = (
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
        choose(self, "upstream").queryset = others
        choose(self, "upstream").empty_label = _("Choose what it needs")
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
