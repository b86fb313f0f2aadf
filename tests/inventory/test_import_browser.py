"""The wizard in Chromium: a choice saves itself and keeps the focus."""

import pytest
from django.conf import settings

from continuity.inventory.services import imports
from tests.factories import NOON, OrganisationFactory, ToolFactory, manager

LIST = b"Workflow,Team,Tool\nA,T,Copilot\nB,T,CoPilot\n"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_tool_chosen_once_saves_itself_for_all_rows(page, base_url, client):
    OrganisationFactory()
    boss = manager()
    ToolFactory(name="GitHub Copilot")
    office = ToolFactory(name="Microsoft 365 Copilot")
    row = imports.start(LIST, "list.csv", actor=boss, now=NOON)
    imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)
    client.force_login(boss)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}]
    )
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"/workflows/import/{row.pk}/check/")
    assert page.get_by_text("2 rows cannot be imported yet").is_visible()

    page.focus("#tool-copilot")
    page.select_option("#tool-copilot", f"tool:{office.pk}")
    page.get_by_role("button", name="Import 2 rows").wait_for()

    assert page.evaluate("document.activeElement.id") == "tool-copilot"
    assert errors == []
    row.refresh_from_db()
    assert row.answers["tools"] == {"copilot": f"tool:{office.pk}"}
