"""The rule that a percentage keeps in every table that has one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def percent(field: str, name: str, *, most: int = 100) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{field: None}) | Q(**{f"{field}__gte": 0, f"{field}__lte": most}),
        name=name,
        violation_error_message=(
            _("Give a percentage between 0 and 100.")
            if most == 100
            else _("Give a percentage between 0 and 999.")
        ),
    )
