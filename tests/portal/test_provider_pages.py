"""What the provider's people see and do: tenants, their making and end, queues."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from backend.context import Context
from backend.domain.tenant import Tenant, TenantStatus
from tests.portal.conftest import PAT, Visit, labelled, said


def test_every_tenant_is_listed(visit: Visit, acme: Tenant, other: Tenant) -> None:
    shown = visit(PAT, "provider/tenants.py").dataframe[0].value
    rows = {row["Id"]: row for _, row in shown.iterrows()}
    assert rows[acme.tenant_id]["Tier"] == "standard"
    assert rows[other.tenant_id]["Status"] == ["Active"]


def test_a_tenants_page_names_what_it_is_made_of(visit: Visit, acme: Tenant) -> None:
    app = visit(PAT, "provider/tenant.py", id=acme.tenant_id)
    shown = [code.value for code in app.code]
    assert {acme.bucket, acme.access_role_arn, acme.model_group} <= set(shown)


def test_an_unknown_tenant_is_a_sentence(visit: Visit) -> None:
    app = visit(PAT, "provider/tenant.py", id="nobody")
    assert said(app.error) == "There is no tenant 'nobody': onboard it first."


def test_a_tier_is_changed_where_it_is_shown(
    visit: Visit, admin: Context, new_tenant: Callable[..., Tenant]
) -> None:
    tenant = new_tenant("basic")
    app = visit(PAT, "provider/tenant.py", id=tenant.tenant_id)
    app.selectbox[0].select("premium").run()
    next(button for button in app.button if button.label == "Change tier").click().run()
    assert admin.tenants.get(tenant.tenant_id).tier == "premium"
    assert "premium tier" in said(app.markdown)
    assert "is in the premium tier now" in said(app.toast)


def test_offboarding_asks_for_the_id(visit: Visit, acme: Tenant) -> None:
    app = visit(PAT, "provider/tenant.py", id=acme.tenant_id)
    next(button for button in app.button if button.label == "Offboard…").click().run()
    assert app.text_input(key="typed-id").label == f"Type {acme.tenant_id} to confirm"
    assert "so do its invoices" in said(app.warning)
    assert next(b for b in app.button if b.label == "Offboard for good").disabled


def plan(visit: Visit, tenant_id: str, email: str = "jo@bluefin.example") -> AppTest:
    app = visit(PAT, "provider/onboard.py")
    app.text_input(key="name").set_value("Bluefin Logistics")
    app.text_input(key="tenant-id").set_value(tenant_id)
    app.text_input(key="email").set_value(email)
    app.selectbox(key="tier").select_index(2)
    app.form_submit_button[0].click()
    return app.run()


def test_onboarding_shows_everything_before_it_happens_and_the_password_after(
    visit: Visit, admin: Context
) -> None:
    app = plan(visit, "bluefin")
    planned = [expander.label for expander in app.expander]
    assert any(label.startswith("Bucket") for label in planned)
    assert sum(label.startswith("Role") for label in planned) == 2
    assert '"s3:' in "".join(code.value for code in app.code)
    assert "bluefin" not in [tenant.tenant_id for tenant in admin.tenants.all()]
    next(button for button in app.button if button.label == "Onboard Bluefin Logistics").click()
    app.run(timeout=60)
    assert "Bluefin Logistics is on board" in said(app.success)
    assert len(app.code[0].value) >= 12
    assert admin.tenants.get("bluefin").status is TenantStatus.ACTIVE
    next(button for button in app.button if button.label == "Onboard another").click().run()
    assert not app.code


@pytest.mark.parametrize(
    ("tenant_id", "email", "sentence"),
    [
        ("Bluefin!", "jo@bluefin.example", "Tenant id 'Bluefin!' cannot be used"),
        ("bluefin-two", "nowhere", "'nowhere' is no e-mail address"),
        ("acme-portal", "jo@acme.example", "exists already: choose another id"),
    ],
)
def test_what_cannot_be_onboarded_is_said_and_nothing_typed_is_lost(
    visit: Visit, acme: Tenant, tenant_id: str, email: str, sentence: str
) -> None:
    app = plan(visit, tenant_id, email)
    assert sentence in said(app.error)
    assert app.text_input(key="tenant-id").value == tenant_id
    assert not app.expander


def test_a_half_made_tenant_can_be_resumed(
    visit: Visit, admin: Context, new_tenant: Callable[..., Tenant]
) -> None:
    tenant = new_tenant("basic")
    half_made = tenant.with_status(TenantStatus.ONBOARDING, "Rule x could not be made.")
    admin.tenants.save(tenant, half_made)
    app = visit(PAT, "provider/tenant.py", id=tenant.tenant_id)
    assert "Rule x could not be made." in said(app.error)
    next(b for b in app.button if b.label == "Resume the onboarding").click().run(timeout=60)
    assert admin.tenants.get(tenant.tenant_id).status is TenantStatus.ACTIVE
    assert "is on board" in said(app.success)


def test_a_half_made_tenant_can_be_rolled_back(
    visit: Visit, admin: Context, new_tenant: Callable[..., Tenant]
) -> None:
    tenant = new_tenant("basic")
    admin.tenants.save(tenant, tenant.with_status(TenantStatus.ONBOARDING))
    app = visit(PAT, "provider/tenant.py", id=tenant.tenant_id)
    next(button for button in app.button if button.label == "Roll back").click().run(timeout=60)
    assert tenant.tenant_id not in [one.tenant_id for one in admin.tenants.all()]
    assert app.title[0].value == "Tenants"


def test_a_tenants_share_is_set_where_it_is_shown(
    visit: Visit, admin: Context, new_tenant: Callable[..., Tenant]
) -> None:
    tenant = new_tenant("basic")
    app = visit(PAT, "provider/tenant.py", id=tenant.tenant_id)
    labelled(app.number_input, "Weight").set_value(-1)
    submitted = labelled(app.button, "Save the share").click().run()
    assert "has weight -1: give" in said(submitted.error)
    assert "Made for this tenant" in [heading.value for heading in submitted.subheader]
    labelled(app.number_input, "Weight").set_value(2.5)
    labelled(app.number_input, "Most builds at once").set_value(3)
    labelled(app.button, "Save the share").click().run()
    saved = admin.tenants.get(tenant.tenant_id)
    assert (saved.weight, saved.max_concurrent_builds) == (2.5, 3)


def test_a_paused_tenant_cannot_be_missed_and_is_resumed(
    visit: Visit, admin: Context, new_tenant: Callable[..., Tenant]
) -> None:
    tenant = new_tenant("basic")
    app = visit(PAT, "provider/tenant.py", id=tenant.tenant_id)
    labelled(app.button, "Pause its builds").click().run()
    assert admin.tenants.get(tenant.tenant_id).paused
    assert "Paused" in said(app.markdown)
    labelled(app.button, "Resume its builds").click().run()
    assert not admin.tenants.get(tenant.tenant_id).paused
