"""A pack that was kept opens without a network, and is gone after signing out."""

import pytest
from django.test import Client

from tests.factories import (
    AlternativeFactory,
    MembershipFactory,
    RunbookStepFactory,
    WorkflowFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workflow():
    workflow = WorkflowFactory(name="Claims triage")
    alternative = AlternativeFactory(dependency__workflow=workflow, rank=1)
    RunbookStepFactory(alternative=alternative, text="Sign in to Gemini")
    return workflow


def test_a_kept_pack_opens_without_a_network_until_its_owner_signs_out(
    page, base_url, workflow
):
    client = Client()
    client.force_login(MembershipFactory(team=workflow.team).user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "url": base_url}]
    )
    address = f"{base_url}/packs/workflows/{workflow.pk}/"
    page.goto(address)
    drop = page.get_by_role("button", name="Remove from this device")
    keep = page.get_by_role("button", name="Keep on this device")
    keep.wait_for()
    assert not drop.is_visible()
    keep.click()
    page.get_by_text("Kept on this device, as of").wait_for()
    assert drop.is_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")

    page.context.set_offline(True)
    page.goto(address)
    assert page.get_by_text("Sign in to Gemini").is_visible()
    assert page.get_by_text("Kept on this device, as of").is_visible()
    page.goto(f"{base_url}/packs/")
    assert page.get_by_role("link", name="Claims triage").is_visible()

    page.context.set_offline(False)
    page.goto(f"{base_url}/packs/")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/**")
    assert page.evaluate("caches.keys()") == []
