"""What people say when they ask for a forecast."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

LARGEST_SEED: Final = 2**31 - 1
YEARS: Final = [(1_000, "1 000"), (5_000, "5 000"), (10_000, "10 000")]


class AskForm(forms.Form):
    years = forms.TypedChoiceField(
        label=_("Simulated years"),
        choices=YEARS,
        coerce=int,
        initial=10_000,
        help_text=_("More years make the spread smoother and take longer."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=LARGEST_SEED,
        initial=1,
        help_text=_("The same seed over the same inventory gives the same figures."),
    )


class CompareForm(forms.Form):
    """Two forecasts that are ready."""

    a = forms.TypedChoiceField(label=_("Before"), coerce=int)
    b = forms.TypedChoiceField(label=_("After"), coerce=int)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("a", "b"):
            field = self.fields[name]
            if isinstance(field, forms.TypedChoiceField):
                field.choices = choices

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("a") is not None and found.get("a") == found.get("b"):
            self.add_error("b", _("Choose two different forecasts."))
        return found
