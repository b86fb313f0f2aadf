"""The tags and filters every template has without loading anything.

Tags:    icon, pill, status_pill, same_for_all, field, sort_head, pager, how, download,
         chart_files, navigation, translate (Django's, quicker)
Filters: duration, clock, reading, moment, time_of_day, day, day_time, percent, initials,
         markdown, repeats
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
)
from django.http import HttpRequest
from django.template.base import FilterExpression, Node, Parser, Token, Variable
from django.template.context import Context
from django.template.loader import get_template
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from continuity.web import formats
from continuity.web.definitions import REGISTRY, UNITS, with_terms
from continuity.web.markdown import render
from continuity.web.navigation import Sight, sections, sight
from continuity.web.pills import pill_for

register = template.Library()


@register.simple_tag
def local_zone() -> str:
    """Return the zone in which times are shown, for the times that a browser writes."""
    return timezone.get_current_timezone_name()


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, cls: str = "") -> SafeString:
    """Draw an icon of templates/_sprite.html; hidden from assistive technology."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false">'
        '<use href="#i-{}"/></svg>',
        cls,
        name,
    )


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Django's own tag; a fixed text is looked up once for each language.

    A page has a hundred of them, and their words are those of a release.
    """
    node: TranslateNode = do_translate(parser, token)
    words = [one for one in (node.filter_expression, node.message_context) if one]
    if node.asvar is None and not node.noop and all(map(_fixed, words)):
        return Fixed(node)
    return node


def _fixed(asked: FilterExpression) -> bool:
    """Say whether an expression is a text between quotes, and nothing is done to it."""
    of_context = isinstance(asked.var, Variable) and asked.var.lookups is not None
    return not of_context and not asked.filters


class Fixed(Node):
    """A text of a template in the language of the moment."""

    child_nodelists = ()

    def __init__(self, node: TranslateNode) -> None:
        self.node = node
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.said:
            self.said[language] = self.node.render(context)
        return self.said[language]


@register.simple_tag
def pill(kind: str, icon_name: str, text: object) -> SafeString:
    """Draw a label of state. `kind`: ok, warn, bad, info, drill or "" for neutral."""
    cls = f" is-{kind}" if kind else ""
    return format_html('<span class="pill{}">{}{}</span>', cls, icon(icon_name), text)


@register.simple_tag
def status_pill(family: str, value: object) -> SafeString:
    """Draw the pill of a known value; the families are those of continuity.web.pills."""
    return _known_pill(family, str(value), get_language() or "")


@lru_cache(maxsize=1024)
def _known_pill(family: str, value: str, language: str) -> SafeString:
    """The same few stand on every line of a list; the words are those of a release."""
    found = pill_for(family, value)
    return pill(found.kind, found.icon, found.text)


@register.simple_tag
def same_for_all(name: str) -> SafeString:
    """Draw a template without context, once for each language."""
    if settings.DEBUG:
        return SafeString(get_template(name).render())
    return _drawn(name, get_language() or "")


@lru_cache(maxsize=64)
def _drawn(name: str, language: str) -> SafeString:
    return SafeString(get_template(name).render())


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, cls: str = "") -> dict[str, Any]:
    """Show a form field: label, help, control and errors, tied together by their ids.

    `cls` is added to the wrapper (is-short, is-wide). Fields that may stay empty say so.
    """
    widget = bound.field.widget
    group = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    if bound.is_hidden:
        shape = "hidden"
    elif group:
        shape = "group"
    elif isinstance(widget, CheckboxInput):
        shape = "check"
    elif isinstance(widget, FileInput):
        shape = "file"
    else:
        shape = "line"
    own = widget.attrs.get("class", "")
    look = {"group": "choices", "check": "", "file": "file", "hidden": ""}.get(
        shape, "field"
    )
    attrs: dict[str, str | bool] = {}
    if look or own:
        attrs["class"] = f"{look} {own}".strip()
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "shape": shape,
        "cls": cls,
        "optional": not bound.field.required and shape in {"line", "file", "group"},
    }


@register.inclusion_tag("components/_sort_head.html", takes_context=True)
def sort_head(
    context: template.Context, key: str, label: object, cls: str = ""
) -> dict[str, Any]:
    """Show a column head that sorts by `key`: `?sort=key`, and back with `?sort=-key`."""
    request: HttpRequest = context["request"]
    now = request.GET.get("sort", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    query = request.GET.copy()
    query["sort"] = f"-{key}" if now == key else key
    query.pop("page", None)
    return {"label": label, "order": order, "url": f"?{query.urlencode()}", "cls": cls}


@register.inclusion_tag("components/_pager.html", takes_context=True)
def pager(context: template.Context, page: "Page[Any]") -> dict[str, Any]:
    """Show which rows of how many stand on `page`, and the way to the others."""
    request: HttpRequest = context["request"]

    def url(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "first": page.start_index(),
        "last": page.end_index(),
        "total": page.paginator.count,
        "previous_url": url(page.number - 1) if page.has_previous() else "",
        "next_url": url(page.number + 1) if page.has_next() else "",
    }


@register.simple_tag
def how(*keys: str, asked: str = "") -> SafeString:
    """Show how the figures named by `keys` are computed, from their definitions.

    `asked` is the query string that the link to the rows takes along. Raises KeyError for
    a figure that is not registered.
    """
    return _how(keys, asked, get_language() or "")


@lru_cache(maxsize=512)
def _how(keys: tuple[str, ...], asked: str, language: str) -> SafeString:
    """Definitions are those of a release, and the same few stand on every page."""
    own = [REGISTRY[key] for key in keys]
    context = {
        "own": [(one, UNITS.get(one.unit, "")) for one in own],
        "terms": [one for one in with_terms(keys) if one not in own],
        "rows": next((one.rows for one in own if one.rows), ""),
        "rules": list(dict.fromkeys(one.rule for one in own if one.rule)),
        "bases": list(dict.fromkeys(one.basis for one in own if one.basis)),
        "asked": asked,
    }
    return SafeString(get_template("components/_how.html").render(context))


@register.inclusion_tag("components/_download.html", takes_context=True)
def download(context: template.Context, table: str, label: object = "") -> dict[str, Any]:
    """Offer the table named `table` as a file: the same page with `?export=`, with its
    filters and without its page. `label` says which table, where there are several. A
    part that htmx put into another page names its own address."""
    # An include with "only" has no request among its names, and yet knows it.
    request: HttpRequest = context.request  # type: ignore[attr-defined]
    query = request.GET.copy()
    for name in ("page", "export", "table"):
        query.pop(name, None)

    at = request.path if getattr(request, "htmx", False) else ""

    def url(form: str) -> str:
        asked = query.copy()
        asked["table"], asked["export"] = table, form
        return f"{at}?{asked.urlencode()}"

    return {"label": label, "csv_url": url("csv"), "xlsx_url": url("xlsx")}


@register.inclusion_tag("components/_chart_files.html", takes_context=True)
def chart_files(context: template.Context, uid: str, title: object) -> dict[str, Any]:
    """Offer the chart `uid` of the page being shown as files; nothing without a page."""
    request: HttpRequest | None = getattr(context, "request", None)
    of = urlencode({"of": request.get_full_path()}) if request is not None else ""
    return {"uid": uid, "title": title, "of": of}


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> SafeString:
    """Draw the side navigation for the page being shown, which is marked by its address,
    or by the one that it says it `lies_below`."""
    path = context.get("lies_below") or context["request"].path
    seen = sight(path, context.get("shell"))
    return _navigation(seen, get_language() or "")


@lru_cache(maxsize=1024)
def _navigation(seen: Sight, language: str) -> SafeString:
    """It changes when a count does, and stands on every page."""
    drawn = get_template("components/_navigation.html")
    return SafeString(drawn.render({"sections": sections(seen)}))


@register.filter
def repeats(rrule: str) -> str:
    return formats.repeats(rrule)


@register.filter
def duration(value: timedelta | None) -> str:
    return formats.duration(value)


@register.filter
def clock(value: timedelta | None) -> str:
    return formats.clock(value)


@register.filter
def reading(value: formats.Reading | None) -> str:
    return formats.reading(value)


@register.filter
def moment(value: datetime | None) -> str:
    return formats.moment(value)


@register.filter
def time_of_day(value: datetime | None) -> str:
    return formats.time(value)


@register.filter
def day(value: date | None) -> str:
    return formats.day(value)


@register.filter
def day_time(value: datetime | None) -> str:
    return formats.day_time(value)


@register.filter
def amount(value: Decimal | None, unit: str) -> str:
    return formats.amount(value, unit)


@register.filter
def percent(value: float | None) -> str:
    return formats.percent(value)


@register.filter
def initials(name: str) -> str:
    """Return up to two capitals for an avatar: "Camille Renaud" gives "CR"."""
    words = [word for word in name.split() if word]
    chosen = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper()


@register.filter
def markdown(text: str) -> SafeString:
    """Return what a person wrote in Markdown as HTML that is safe to show."""
    return render(text)
