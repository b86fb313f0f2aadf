"""What the forms of the inventory share: choices put into their fields."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from continuity.inventory.models import (
    Tool,
)
from continuity.people.forms import PersonField

type Choices = list[tuple[Any, Any]]


def offer(form: forms.BaseForm, name: str, choices: Choices) -> None:
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} offers no choices")
    field.choices = choices


def choose(form: forms.BaseForm, name: str) -> "forms.ModelChoiceField[Any]":
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} offers no rows")
    return field


def named_by(form: forms.BaseForm, name: str) -> PersonField:
    field = form.fields[name]
    if not isinstance(field, PersonField):
        raise TypeError(f"{name} names nobody")
    return field


def named(rows: Any) -> Choices:
    return list(rows.values_list("pk", "name"))


def grouped(
    groups: Sequence[tuple[str, list[tuple[int, str]]]], *, without: set[int]
) -> Choices:
    found: Choices = []
    for provider, rows in groups:
        left = [(pk, name) for pk, name in rows if pk not in without]
        if left:
            found.append((provider or _("No provider named"), left))
    return found


def tool_of(pk: int | None) -> Tool | None:
    return None if pk is None else Tool.objects.get(pk=pk)
