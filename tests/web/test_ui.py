"""The tags every template has, and the shell around every page."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from continuity.domain.clocks import Verdict
from continuity.domain.fate import FateAnswer
from continuity.domain.readiness import Level
from continuity.domain.scenario import ComponentState
from continuity.domain.states import DrillState
from continuity.web.navigation import sections, sight
from continuity.web.paging import page_of
from continuity.web.pills import PILLS, pill_for

SHELL = SimpleNamespace(workflows=46, overdue=2, live_drills=0, live_outages=0)


def shown(source: str, address: str = "/workflows/", **context: object) -> str:
    request = RequestFactory().get(address)
    return Template(source).render(Context({"request": request, **context}))


class Sheet(forms.Form):
    name = forms.CharField(label="Name", help_text="As people say it.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    kinds = forms.MultipleChoiceField(
        label="Kinds", choices=[("a", "A")], widget=forms.CheckboxSelectMultiple
    )
    mail = forms.BooleanField(label="Send a mail", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_an_icon_is_hidden_from_assistive_technology():
    assert shown('{% icon "check" "icon-s" %}') == (
        '<svg class="icon icon-s" aria-hidden="true" focusable="false">'
        '<use href="#i-check"/></svg>'
    )


def test_a_pill_is_an_icon_and_a_word_and_escapes_the_word():
    html = shown('{% pill "ok" "check" words %}', words="<b>")

    assert html.startswith('<span class="pill is-ok"><svg')
    assert html.endswith("&lt;b&gt;</span>")


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("drill", DrillState),
        ("outage", DrillState),
        ("verdict", [*Verdict, None]),
        ("readiness", Level),
        ("fate", FateAnswer),
        ("component", ComponentState),
        ("criticality", [1, 2, 3, 4]),
        ("proof", ["proven", "expired", "none", None]),
    ],
)
def test_every_state_of_the_domain_has_a_pill(family, values):
    assert all(pill_for(family, value).text for value in values)


def test_a_real_outage_is_red_and_a_drill_violet():
    assert pill_for("outage", DrillState.RUNNING).kind == "bad"
    assert pill_for("drill", DrillState.RUNNING).kind == "drill"


def test_a_state_without_words_is_an_error():
    with pytest.raises(KeyError):
        pill_for("drill", "asleep")


def test_every_pill_uses_an_icon_of_the_sprite():
    sprite = render_to_string("_sprite.html")
    icons = {pill.icon for family in PILLS.values() for pill in family.values()}

    assert {icon for icon in icons if f'id="i-{icon}"' not in sprite} == set()


def test_a_field_is_tied_to_its_label_its_help_and_its_error():
    html = shown("{% field form.name %}", form=Sheet({"name": ""}))

    assert '<label class="label" for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="field"' in html
    assert 'id="id_name_helptext">As people say it.<' in html
    assert 'id="id_name_error"' in html


def test_only_a_field_that_may_stay_empty_says_so():
    form = Sheet()

    assert "optional" in shown("{% field form.note %}", form=form)
    assert "optional" not in shown("{% field form.name %}", form=form)
    assert "optional" not in shown("{% field form.mail %}", form=form)


def test_a_group_of_boxes_has_a_legend_and_a_hidden_field_has_nothing():
    form = Sheet()

    assert '<legend class="label">Kinds' in shown("{% field form.kinds %}", form=form)
    assert "label" not in shown("{% field form.secret %}", form=form)


def test_the_summary_of_errors_counts_them_and_leads_to_each():
    html = render_to_string("components/_errors.html", {"form": Sheet({})})

    assert "2 answers need another look" in html
    assert '<a href="#id_name">Name – This field is required.</a>' in html
    assert render_to_string("components/_errors.html", {"form": Sheet()}).strip() == ""


def test_the_pager_says_which_rows_and_keeps_the_filters():
    page = Paginator(range(468), 50).page(2)

    html = shown("{% pager page %}", "/workflows/?team=3&page=2", page=page)

    assert "<b>51–100</b> of <b>468</b>" in html
    assert 'href="?team=3&amp;page=1"' in html
    assert 'href="?team=3&amp;page=3"' in html


def test_a_single_page_has_no_way_to_others():
    html = shown("{% pager page %}", page=Paginator(range(3), 50).page(1))

    assert "<b>1–3</b> of <b>3</b>" in html
    assert "href" not in html


@pytest.mark.parametrize(
    ("query", "number"), [("", 1), ("?page=3", 3), ("?page=99", 3), ("?page=x", 1)]
)
def test_an_odd_page_number_still_opens(query, number):
    assert page_of(RequestFactory().get(f"/{query}"), range(120)).number == number


@pytest.mark.parametrize(
    ("query", "order", "leads_to"),
    [
        ("?q=x&page=4", "", "?q=x&amp;sort=name"),
        ("?sort=name", "ascending", "?sort=-name"),
        ("?sort=-name", "descending", "?sort=name"),
    ],
)
def test_a_column_head_sorts_turns_round_and_starts_at_page_one(query, order, leads_to):
    html = shown('{% sort_head "name" "Name" %}', f"/workflows/{query}")

    assert f'href="{leads_to}"' in html
    assert ("aria-sort" in html) is bool(order)
    assert f'aria-sort="{order}"' in html or not order


def test_the_filters_write_lengths_and_names():
    html = shown(
        "{{ length|duration }}/{{ length|clock }}/{{ name|initials }}/{{ share|percent }}",
        length=timedelta(minutes=41, seconds=5),
        name="Camille de Renaud",
        share=None,
    )

    assert html.replace("\u00a0", " ") == "41 min 05 s/41:05/CR/–"


@pytest.mark.parametrize(
    ("tag", "english", "french"),
    [
        ('{% translate "Workflows" %}', "Workflows", "Activités"),
        ('{% translate "Review" context "of a workflow" %}', "Review", "Revue"),
        ('{% translate "Drills" as said %}{{ said|upper }}', "DRILLS", "EXERCICES"),
        ('{% translate "Drills"|upper %}', "DRILLS", "EXERCICES"),
        ('{% translate "Nothing & more, 10 %" %}',) + 2 * ("Nothing & more, 10 %",),
    ],
)
def test_a_text_follows_the_language_of_each_reader(tag, english, french):
    template = Template(tag)

    for language, expected in (("en", english), ("fr", french), ("en", english)):
        with translation.override(language):
            assert template.render(Context()) == expected


def test_a_text_that_is_given_is_looked_up_each_time():
    template = Template("{% translate word %}")

    with translation.override("fr"):
        said = [template.render(Context({"word": one})) for one in ("Drills", "Tools")]

    assert said == ["Exercices", "Outils"]


@pytest.mark.urls("tests.web.places")
@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", {"Overview": "page"}),
        ("/workflows/", {"Workflows": "page"}),
        ("/workflows/7/edit/", {"Workflows": "true"}),
        ("/drills/scenarios/3/", {"Scenarios": "true"}),
        ("/drills/3/", {"Drills": "true"}),
        ("/elsewhere/", {}),
    ],
)
def test_the_navigation_marks_the_nearest_place(path, current):
    links = [link for section in sections(sight(path, SHELL)) for link in section.links]

    assert {str(link.label): link.current for link in links if link.current} == current


@pytest.mark.urls("tests.web.places")
def test_the_navigation_counts_and_only_trouble_is_an_alarm():
    links = [link for section in sections(sight("/", SHELL)) for link in section.links]

    assert [(link.count, link.alarm) for link in links if link.count] == [
        ("46", False),
        ("2 overdue", True),
    ]


@pytest.mark.urls("tests.web.places")
def test_the_shell_has_one_main_one_skip_link_and_the_place_for_problems():
    request = RequestFactory().get("/workflows/?q=a")
    user = SimpleNamespace(
        name="Ada", email="ada@example.org", theme="dark", is_authenticated=True
    )

    html = render_to_string("base.html", {"user": user, "shell": SHELL, "request": request})

    assert html.count('<main class="page" id="main"') == 1
    assert '<a class="skip" href="#main">' in html
    assert '<div id="problems" role="alert"></div>' in html
    assert 'data-theme="dark"' in html
    assert 'name="next" value="/workflows/?q=a"' in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_needs_no_context_and_says_what_to_do(name):
    html = render_to_string(f"{name}.html")

    assert html.count("<h1>") == 1
    assert 'href="/"' in html
