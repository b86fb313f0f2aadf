"""Form fields that more than one app asks with."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext_lazy as _

UNITS: Final = {
    "s": ("s", "sec", "secs", "second", "seconds", "seconde", "secondes"),
    "m": ("m", "mn", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours", "heure", "heures"),
    "d": ("d", "j", "day", "days", "jour", "jours"),
    "w": ("w", "wk", "week", "weeks", "sem", "semaine", "semaines"),
}
SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
BY_WORD: Final = {word: unit for unit, words in UNITS.items() for word in words}
SMALLER: Final = {"w": "d", "d": "h", "h": "m", "m": "s"}
PART: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]*)\.?\s*(?:et|and|,)?\s*")
CLOCK: Final = re.compile(r"(\d+):([0-5]\d)")


def parse_length(text: str) -> timedelta | None:
    """Return the length that `text` means in English or French; None if it means none.

    "30 min", "2 h", "1 h 30", "1h30", "1:30" (hours and minutes), "1,5 h", "2 jours".
    A bare number is minutes; a number after a unit is of the next smaller one. Larger
    units come first and none comes twice.
    """
    plain = text.replace("\u00a0", " ").replace("\u202f", " ").strip().lower()
    if clock := CLOCK.fullmatch(plain):
        return timedelta(hours=int(clock[1]), minutes=int(clock[2]))
    total, at, last = 0.0, 0, ""
    while at < len(plain):
        part = PART.match(plain, at)
        if part is None:
            return None
        unit = BY_WORD.get(part[2]) if part[2] else SMALLER.get(last) if last else "m"
        if unit is None or (last and SECONDS[unit] >= SECONDS[last]):
            return None
        total += float(part[1].replace(",", ".")) * SECONDS[unit]
        at, last = part.end(), unit
    try:
        return timedelta(seconds=round(total)) if last else None
    except OverflowError:
        return None


def write_length(length: timedelta) -> str:
    """Return `length` as a person would type it, to the second: "1 h 30", "45 s"."""
    hours, rest = divmod(round(length.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    if hours and minutes and not seconds:
        return f"{hours} h {minutes:02d}"
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


class LengthField(forms.CharField):
    """A length of time, typed as people write it; gives a timedelta, None if empty.

    `longest` refuses what can only be a slip.
    """

    default_error_messages = {
        "invalid": _(
            "“%(value)s” is not a length of time. Write “30 min”, “2 h” or “1 h 30”."
        ),
        "longest": _("That is too long. The longest is %(longest)s."),
    }

    def __init__(self, *, longest: timedelta = timedelta(days=366), **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)
        self.longest = longest
        self.widget.attrs.setdefault("placeholder", "1 h 30")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, timedelta):
            return value
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        length = parse_length(str(text))
        if length is None:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": text}
            )
        if length > self.longest:
            raise ValidationError(
                self.error_messages["longest"],
                code="longest",
                params={"longest": write_length(self.longest)},
            )
        return length

    def run_validators(self, value: Any) -> None:
        """The limits of the text were held when it was read; a length has none left."""

    def prepare_value(self, value: Any) -> Any:
        return write_length(value) if isinstance(value, timedelta) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


NUMBER: Final = re.compile(r"\d[\d\s.,’']*")


def parse_number(text: str) -> Decimal | None:
    """Return the number that `text` means to a reader of the active language; None if
    it means none. Spaces and apostrophes group digits; of comma and point, the one that
    the language does not use for decimals groups where three digits follow it."""
    plain = re.sub(r"[\s’']", "", text)
    point = str(get_format("DECIMAL_SEPARATOR"))
    other = "." if point == "," else ","
    if point in plain or re.fullmatch(rf"\d{{1,3}}(?:{re.escape(other)}\d{{3}})+", plain):
        plain = plain.replace(other, "")
    plain = plain.replace(point, ".").replace(other, ".")
    return Decimal(plain) if re.fullmatch(r"\d{1,20}(?:\.\d{1,6})?", plain) else None


def write_number(value: Decimal) -> str:
    """Return `value` as a person would type it in the active language: "1200,50"."""
    places = 0 if value == value.to_integral_value() else 2
    return number_format(value, decimal_pos=places, use_l10n=True)


class NumberField(forms.CharField):
    """An amount, typed as people write it; gives a Decimal to the hundredth, or None."""

    default_error_messages = {
        "invalid": _("“%(value)s” is not an amount. Write a number, as in 1200."),
        "largest": _("That is too much."),
    }

    def __init__(self, *, largest: Decimal = Decimal("9999999999"), **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.largest = largest
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return value
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        return self._read(str(text), str(text))

    def _read(self, number: str, text: str) -> Decimal:
        read = parse_number(number)
        if read is None:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": text}
            )
        if read > self.largest:
            raise ValidationError(self.error_messages["largest"], code="largest")
        return read.quantize(Decimal("0.01"))

    def run_validators(self, value: Any) -> None:
        """The limits of the text were held when it was read; a number has none left."""

    def prepare_value(self, value: Any) -> Any:
        return write_number(value) if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class AmountField(NumberField):
    """A number and what it counts: "5000 EUR", "12 customers"; gives both, or None.

    `unit` is what a bare number counts.
    """

    default_error_messages = {
        "invalid": _("“%(value)s” is not an amount. Write a number and what it counts.")
    }
    longest_unit: Final = 40

    def __init__(self, *, unit: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = unit
        self.max_length = 80

    def to_python(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return value
        text = str(forms.CharField.to_python(self, value) or "")
        if not text:
            return None
        number = NUMBER.match(text)
        if number is None:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": text}
            )
        unit = text[number.end() :].strip() or self.unit
        return self._read(number[0], text), unit[: self.longest_unit]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return f"{write_number(value[0])} {value[1]}"
        return value


class WebAddressField(forms.URLField):
    """An address that a page may link to: http or https, nothing else."""

    default_validators = [URLValidator(schemes=["http", "https"])]
