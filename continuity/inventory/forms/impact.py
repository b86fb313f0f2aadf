"""What people fill in about impact: scales, ratings, targets, hours, what may be lost."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.domain.impact import (
    Rating,
    TargetsContradict,
    check_targets,
    suggested_rto,
)
from continuity.inventory.models import (
    Impact,
    ImpactCategory,
    ImpactLevel,
    Material,
    RecoveryPoint,
    Workflow,
)
from continuity.inventory.queries import harm, hours
from continuity.inventory.queries.scales import Scales, point_label
from continuity.inventory.services.impact import Moment, Rated
from continuity.people.queries import zones
from continuity.web import problems
from continuity.web.fields import AmountField, LengthField, NumberField

MINUTE: Final = timedelta(minutes=1)
LONGEST_OUTAGE: Final = timedelta(days=92)


# Scales


class CategoryForm(forms.Form):
    """The name of a category; `others` are those that it may not be called like."""

    name = forms.CharField(label=_("Name"), max_length=60)

    def __init__(
        self,
        *args: Any,
        others: Iterable[ImpactCategory | ImpactLevel],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.taken = {str(other).casefold() for other in others}

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if name.casefold() in self.taken:
            raise ValidationError(_("There is another one with this name."))
        return name


class LevelForm(CategoryForm):
    tolerable = forms.BooleanField(label=_("Tolerable"), required=False)


# Ratings


@dataclass(frozen=True, slots=True)
class FormCell:
    """One point of one category: its label, the choice and the amount."""

    point: str
    level: forms.BoundField
    amount: forms.BoundField


@dataclass(frozen=True, slots=True)
class FormRow:
    category: ImpactCategory
    cells: tuple[FormCell, ...]

    @property
    def errors(self) -> list[tuple[forms.BoundField, str]]:
        """What is wrong in the row, each with the field it is about."""
        return [
            (field, str(error))
            for cell in self.cells
            for field in (cell.level, cell.amount)
            for error in field.errors
        ]

    @property
    def has_amounts(self) -> bool:
        """Whether the amounts of the row are worth showing at once."""
        return any(cell.amount.value() or cell.amount.errors for cell in self.cells)


class RatingsForm(forms.Form):
    """The grid: a level for each category and point, an amount where it is known.

    `points` are the usual ones and those that are rated already. What was left empty
    holds from before.
    """

    def __init__(
        self,
        *args: Any,
        scales: Scales,
        rows: Iterable[Impact] = (),
        levels: Mapping[Moment, int] | None = None,
        currency: str,
        **options: Any,
    ) -> None:
        kept = {(row.category_id, row.after): row for row in rows}
        said = {at: row.level_id for at, row in kept.items()} if levels is None else levels
        initial: dict[str, Any] = {
            _level(category, after): level for (category, after), level in said.items()
        }
        if levels is None:
            initial |= {
                _amount(*at): (row.amount, row.unit)
                for at, row in kept.items()
                if row.amount is not None
            }
        super().__init__(*args, **{**options, "initial": initial})
        self.scales = scales
        self.points = harm.points(kept.values())
        self.by_key = {level.pk: level for level in scales.levels}
        choices = [(level.pk, str(level)) for level in scales.levels]
        for category in scales.categories:
            for place, after in enumerate(self.points):
                empty = _("as before") if place else _("not rated")
                label = f"{category}, {point_label(after)}"
                self.fields[_level(category.pk, after)] = forms.TypedChoiceField(
                    label=label,
                    required=False,
                    coerce=int,
                    empty_value=None,
                    choices=[("", empty), *choices],
                )
                self.fields[_amount(category.pk, after)] = AmountField(
                    label=_("%(point)s, amount") % {"point": label},
                    required=False,
                    unit=currency,
                )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for category, after in self._moments():
            name = _amount(category.pk, after)
            if found.get(name) and found.get(_level(category.pk, after)) is None:
                self.add_error(
                    name,
                    _("Choose the level after %(point)s too, or remove the amount.")
                    % {"point": point_label(after)},
                )
        return found

    def rows(self) -> list[FormRow]:
        return [
            FormRow(
                category,
                tuple(
                    FormCell(
                        point_label(after),
                        self[_level(category.pk, after)],
                        self[_amount(category.pk, after)],
                    )
                    for after in self.points
                ),
            )
            for category in self.scales.categories
        ]

    def point_labels(self) -> list[str]:
        return [point_label(after) for after in self.points]

    def ratings(self) -> dict[Moment, Rated]:
        """Return what was said, as the service takes it."""
        found: dict[Moment, Rated] = {}
        for category, after in self._moments():
            level = self.cleaned_data.get(_level(category.pk, after))
            if level is not None:
                amount = self.cleaned_data.get(_amount(category.pk, after))
                number, unit = amount or (None, "")
                found[category.pk, after] = Rated(level, number, unit)
        return found

    def so_far(self) -> list[Rating]:
        """Return the levels that are chosen now, valid or not as a whole: for the curve
        that is drawn while typing. Without an answer yet, those the form began with."""
        if self.is_bound:
            self.is_valid()
            values: Mapping[str, Any] = self.cleaned_data
        else:
            values = self.initial
        return [
            Rating(str(category.pk), after, harm.level_fact(self.by_key[level]))
            for category, after in self._moments()
            if (level := values.get(_level(category.pk, after))) in self.by_key
        ]

    def _moments(self) -> Iterator[tuple[ImpactCategory, timedelta]]:
        for category in self.scales.categories:
            for after in self.points:
                yield category, after


def _level(category: int, after: timedelta) -> str:
    return f"level-{category}-{after // MINUTE}"


def _amount(category: int, after: timedelta) -> str:
    return f"amount-{category}-{after // MINUTE}"


# Targets


class TargetsForm(forms.Form):
    mtpd = LengthField(
        label=_("Longest tolerable stop (MTPD)"),
        required=False,
        help_text=_("After this, the harm is not tolerable."),
    )
    wrt = LengthField(
        label=_("Time to verify and catch up (WRT)"),
        required=False,
        help_text=_("Once the work goes on again: checking, and doing what was left."),
    )
    rto = LengthField(
        label=_("Recovery time objective (RTO)"),
        required=False,
        help_text=_("How soon the work must go on, at the minimum level."),
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Needed when a target that you change is not the one the ratings give."
        ),
    )

    def __init__(
        self,
        *args: Any,
        workflow: Workflow,
        analysis: harm.Analysis,
        **options: Any,
    ) -> None:
        initial = {
            "mtpd": workflow.mtpd,
            "wrt": workflow.wrt,
            "rto": workflow.rto,
            "reason": workflow.targets_reason,
        }
        super().__init__(*args, **{**options, "initial": initial})
        self.workflow = workflow
        self.mtpd_computed = analysis.computed.mtpd

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        refuse_zero(self, found)
        if not self.errors:
            refuse_contradiction(self, found)
        if self.errors:
            return found
        right = harm.Computed(
            self.mtpd_computed, suggested_rto(self.mtpd_computed, found["wrt"])
        )
        differs = harm.unexplained(
            self.workflow, rto=found["rto"], mtpd=found["mtpd"], found=right
        )
        if differs and not found["reason"].strip():
            self.add_error("reason", _("Say why: this is not what the ratings give."))
        return found


def refuse_zero(form: forms.BaseForm, found: Mapping[str, Any]) -> None:
    if found.get("rto") is not None and not found["rto"]:
        form.add_error("rto", _("The RTO must be longer than zero."))
    if found.get("mtpd") is not None and not found["mtpd"]:
        form.add_error("mtpd", _("The MTPD must be longer than zero."))


def refuse_contradiction(form: forms.BaseForm, found: Mapping[str, Any]) -> None:
    """Put beside the number to change what the domain says of the targets."""
    try:
        check_targets(rto=found.get("rto"), wrt=found.get("wrt"), mtpd=found.get("mtpd"))
    except TargetsContradict as error:
        form.add_error(str(error.fields["change"]), problems.sentence(error))


class UseComputedForm(forms.Form):
    """The computed targets that the person saw, in seconds."""

    mtpd = forms.IntegerField(min_value=1)
    rto = forms.IntegerField(min_value=1)

    def expected(self) -> harm.Computed:
        """Return them; nothing, which never holds, if they make no sense."""
        if not self.is_valid():
            return harm.Computed(None, None)
        return harm.Computed(
            timedelta(seconds=self.cleaned_data["mtpd"]),
            timedelta(seconds=self.cleaned_data["rto"]),
        )


# Hours and cost


def refuse_unreadable(form: forms.BaseForm, found: Mapping[str, Any], name: str) -> None:
    """Refuse hours that cannot be read, unless they stood there before: what was kept as
    free text stays until somebody changes it."""
    text = found.get(name) or ""
    if text != (form.initial.get(name) or "") and (fault := hours.echo(text).fault):
        form.add_error(name, fault)


class OperationForm(forms.Form):
    hours = forms.CharField(
        label=_("Operating hours"),
        required=False,
        max_length=120,
        help_text=_("For example: Mon-Fri 08:00-18:00, Sat 09:00-12:00. Or: 24/7."),
    )
    peak_hours = forms.CharField(
        label=_("Peak hours"),
        required=False,
        max_length=120,
        help_text=_("The busiest hours, in the same way: Mon 09:00-11:00."),
    )
    zone = forms.ChoiceField(label=_("Time zone of the hours"), required=False)
    cost_per_hour = NumberField(
        label=_("Cost of an hour"),
        required=False,
        help_text=_("What an hour without this work costs, where the team knows it."),
    )

    def __init__(
        self, *args: Any, workflow: Workflow, zone: str, currency: str, **options: Any
    ) -> None:
        initial = {
            "hours": workflow.hours,
            "peak_hours": workflow.peak_hours,
            "zone": workflow.zone,
            "cost_per_hour": workflow.cost_per_hour,
        }
        super().__init__(*args, **{**options, "initial": initial})
        field = self.fields["zone"]
        if isinstance(field, forms.ChoiceField):
            kept = [workflow.zone] if workflow.zone and workflow.zone not in zones() else []
            field.choices = [
                ("", _("As the organisation: %(zone)s") % {"zone": zone}),
                *((name, name.replace("_", " ")) for name in (*kept, *zones())),
            ]
        self.fields["cost_per_hour"].label = _("Cost of an hour, in %(currency)s") % {
            "currency": currency
        }

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        refuse_unreadable(self, found, "hours")
        refuse_unreadable(self, found, "peak_hours")
        return found

    def fields_changed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}


# What may be lost


@dataclass(frozen=True, slots=True)
class PointFields:
    material: str
    rpo: forms.BoundField
    copy: forms.BoundField


class RecoveryPointsForm(forms.Form):
    """A line for each material: how much may be lost, and where a copy is kept."""

    def __init__(
        self, *args: Any, kept: Mapping[str, RecoveryPoint], **options: Any
    ) -> None:
        initial: dict[str, Any] = {}
        for material, row in kept.items():
            initial |= {f"{material}_rpo": row.rpo, f"{material}_copy": row.copy}
        super().__init__(*args, **{**options, "initial": initial})
        for material in Material:
            name = {"material": material.label}
            self.fields[f"{material}_rpo"] = LengthField(
                label=_("%(material)s: may be lost (RPO)") % name, required=False
            )
            self.fields[f"{material}_copy"] = forms.CharField(
                label=_("%(material)s: where a copy is kept") % name,
                required=False,
                max_length=240,
            )
        for field in self.fields.values():
            field.widget.attrs["class"] = "field"

    def rows(self) -> list[PointFields]:
        return [
            PointFields(
                str(material.label), self[f"{material}_rpo"], self[f"{material}_copy"]
            )
            for material in Material
        ]

    def points(self) -> dict[Material, tuple[timedelta | None, str]]:
        return {
            material: (
                self.cleaned_data[f"{material}_rpo"],
                self.cleaned_data[f"{material}_copy"],
            )
            for material in Material
        }


# One outage


class OutageForm(forms.Form):
    since = forms.DateTimeField(
        label=pgettext_lazy("of an outage", "From"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
    )
    until = forms.DateTimeField(
        label=pgettext_lazy("of an outage", "To"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since is None or until is None:
            return found
        if until <= since:
            self.add_error("until", _("The outage must end after it begins."))
        elif until - since > LONGEST_OUTAGE:
            self.add_error("until", _("Choose at most three months."))
        return found

    def asked(self) -> tuple[datetime, datetime] | None:
        """Return the two instants; None where nothing, or no sense, was asked."""
        if not self.is_bound or not self.is_valid():
            return None
        return self.cleaned_data["since"], self.cleaned_data["until"]
