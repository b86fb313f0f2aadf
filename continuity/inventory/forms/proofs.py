"""Checks of an alternative, the end of a proof, and how long proofs last."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from continuity.inventory.models import (
    ProofSource,
    Tier,
)
from continuity.inventory.queries import proofs
from continuity.inventory.services.proofs import Attachment
from continuity.web import attachments
from continuity.web.fields import LengthField

MOST_BYTES: Final = 5 * 1024 * 1024
OLDEST_CHECK: Final = timedelta(days=366)


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
