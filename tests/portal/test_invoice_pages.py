"""Invoices and plans as people see them: drafts, issuing, files, a plan typed wrong and right."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from backend import invoices
from backend.context import Context
from backend.domain import naming
from backend.domain.build import BuildState
from backend.domain.month import bounds_of, first_of_month, month_of, next_month
from backend.domain.tenant import Tenant
from portal import format as show
from portal import plan_form
from tests.portal import made
from tests.portal.conftest import PAT, Visit, labelled, mara_of, press, said

NOW = datetime.now(UTC)
OPEN = month_of(NOW)
LAST = f"{first_of_month(NOW.date(), 1):%Y-%m}"
NewTenant = Callable[..., Tenant]


@pytest.fixture
def settled(admin: Context) -> Iterator[None]:
    """Cost Explorer's figures of the last month are final."""
    table = admin.session.table(naming.SETTINGS_TABLE)
    known = table.get_item(Key={"name": "cost-sync"}).get("Item")
    before = admin.sync_notes.read()
    admin.sync_notes.write(before, replace(before, settled=f"{OPEN}-01"))
    yield
    table.delete_item(Key={"name": "cost-sync"})
    if known is not None:
        table.put_item(Item=known)


@pytest.fixture
def kept_plans(admin: Context) -> Iterator[None]:
    table = admin.session.table(naming.SETTINGS_TABLE)
    row = table.get_item(Key={"name": "plans"})["Item"]
    yield
    table.put_item(Item=row)


def early(admin: Context, tenant: Tenant) -> Tenant:
    """The tenant as if it had been on board since the last month began."""
    begun = bounds_of(LAST)[0]
    return admin.tenants.save(tenant, replace(tenant, created_at=begun))


def test_the_open_month_is_shown_as_drafts_with_the_reason(visit: Visit, acme: Tenant) -> None:
    app = visit(PAT, "provider/invoices.py")
    rows = {row["Tenant"]: row for _, row in app.dataframe[0].value.iterrows()}
    assert rows[acme.name]["Status"] == ["Draft"]
    assert rows[acme.name]["Revenue"].startswith("$")
    assert "is not over: it ends on" in said(app.info)
    assert not [button for button in app.button if button.label.startswith("Issue")]
    assert [metric.label for metric in app.metric][:2] == ["Revenue", "Cost of the tenants"]
    assert "By tier" in [heading.value for heading in app.subheader]


def test_pressing_a_tenant_opens_its_invoice_of_the_month(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    early(admin, new_tenant("basic"))
    app = visit(PAT, "provider/invoices.py", month=LAST)
    first = app.dataframe[0].value["Tenant"][0]
    app = press(app, "open-invoice")
    assert app.title[0].value == show.plain(first)
    assert show.month(LAST) in app.subheader[0].value


def test_one_invoice_shows_its_lines_terms_and_files(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant = new_tenant("standard")
    made.build(admin, tenant, BuildState.SUCCEEDED)
    app = visit(PAT, "provider/invoice.py", tenant=tenant.tenant_id, month=OPEN)
    assert app.title[0].value == show.plain(tenant.name)
    shown = said(app.markdown)
    assert "Monthly fee of the standard tier" in shown
    assert "Succeeded builds in the standard tier: 1 built, " in shown
    assert "before taxes" in said(app.markdown)
    labels = [each.proto.label for each in app.get("download_button")]
    assert labels == ["To print", "CSV"]


def test_the_builds_behind_an_invoice_open_in_the_tenants_costs(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant = new_tenant("basic")
    first, second = (
        made.build(admin, tenant, BuildState.SUCCEEDED, file_name=name, minutes_ago=ago)
        for name, ago in (("first.csv", 1), ("second.csv", 0.5))
    )
    app = visit(PAT, "provider/invoice.py", tenant=tenant.tenant_id, month=OPEN)
    assert list(app.dataframe[-1].value["Build"]) == [first.build_id, second.build_id]
    assert set(app.dataframe[-1].value["Line"]) == {"Minutes, basic"}
    app = press(app, "open-billed", row=1)
    assert app.title[0].value == show.plain(tenant.name)
    assert "**second.csv** :gray[· what its steps used]" in said(app.markdown)


def test_the_list_says_of_when_its_drafts_are(
    visit: Visit, admin: Context, acme: Tenant, settled: None
) -> None:
    never = replace(admin.sync_notes.read(), synced_at=None)
    admin.sync_notes.write(admin.sync_notes.read(), never)
    told = "Costs were never read, so drafts in the list tell no usage yet"
    assert told in said(visit(PAT, "provider/invoices.py").caption)
    assert told in said(visit(mara_of(acme), "tenant/bills.py").caption)
    read = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)
    admin.sync_notes.write(never, replace(never, synced_at=read))
    told = f"as of the last reading of costs, {show.when(read, UTC, now=NOW)}"
    assert told in said(visit(PAT, "provider/invoices.py").caption)
    assert told in said(visit(mara_of(acme), "tenant/usage.py").caption)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"tenant": "nobody"}, "There is no tenant 'nobody'"),
        ({}, "No tenant is named: choose one from the list of invoices"),
        ({"tenant": "acme-portal", "month": "May"}, "'May' is no month: write it as 2026-11"),
        ({"tenant": "acme-portal", "month": "2099-01"}, "January 2099 has not begun"),
        ({"tenant": "acme-portal", "month": "2019-01"}, "was no tenant in January 2019"),
    ],
)
def test_what_is_no_invoice_is_a_sentence(
    visit: Visit, acme: Tenant, query: dict[str, str], sentence: str
) -> None:
    assert sentence in said(visit(PAT, "provider/invoice.py", **query).error)


@pytest.mark.usefixtures("settled")
def test_a_final_month_is_issued_after_a_question_and_is_final_then(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant = early(admin, new_tenant("basic"))
    app = visit(PAT, "provider/invoices.py", month=LAST)
    next(button for button in app.button if button.label.startswith("Issue ")).click().run()
    assert "can never be changed again" in said(app.warning)
    next(button for button in app.button if button.label == "Issue for good").click().run()
    issued = admin.invoices.find(tenant.tenant_id, LAST)
    assert issued is not None
    rows = {row["Tenant"]: row for _, row in app.dataframe[0].value.iterrows()}
    assert (rows[tenant.name]["Status"], rows[tenant.name]["Number"]) == (["Final"], issued.number)
    one = visit(PAT, "provider/invoice.py", tenant=tenant.tenant_id, month=LAST)
    assert not [button for button in one.button if button.label == "Issue it"]


@pytest.mark.usefixtures("settled")
def test_one_final_draft_is_issued_where_it_is_shown(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant = early(admin, new_tenant("premium"))
    app = visit(PAT, "provider/invoice.py", tenant=tenant.tenant_id, month=LAST)
    labelled(app.button, "Issue it").click().run()
    issued = admin.invoices.find(tenant.tenant_id, LAST)
    assert issued is not None
    assert f"Invoice {issued.number} is issued." in said(app.toast)
    assert issued.number in app.subheader[0].value


def test_a_tenant_sees_its_own_draft_and_the_builds_behind_it(
    visit: Visit, admin: Context, portal: Context, new_tenant: NewTenant
) -> None:
    tenant, other = new_tenant("basic"), new_tenant("basic")
    build = made.build(admin, tenant, BuildState.SUCCEEDED)
    foreign = made.build(admin, other, BuildState.SUCCEEDED)
    app = visit(mara_of(tenant), "tenant/bills.py")
    own = invoices.see(portal, mara_of(tenant), OPEN, now=datetime.now(UTC))
    assert own.tenant_id == tenant.tenant_id
    listed = [frame.value for frame in app.dataframe]
    assert list(listed[0]["Month"]) == [show.month(OPEN)]
    assert list(listed[-1]["Build"]) == [build.build_id]
    assert foreign.build_id not in str(listed)


def test_a_tenant_is_not_shown_the_providers_pages(visit: Visit, acme: Tenant) -> None:
    with pytest.raises(ValueError, match=r"invoices\.py"):
        visit(mara_of(acme), "provider/invoices.py")
    with pytest.raises(ValueError, match=r"plans\.py"):
        visit(mara_of(acme), "provider/plans.py")


def field(admin: Context, tier: str, name: str) -> str:
    """The key of a field of a tier's plan, for its plans as they stand."""
    return f"{plan_form.key_of(tier, admin.plans.read().history(tier))}-{name}"


def test_a_plan_typed_wrong_is_said_at_the_form_and_nothing_typed_is_lost(
    visit: Visit, admin: Context
) -> None:
    app = visit(PAT, "provider/plans.py", tier="Basic")
    app.text_input(key=field(admin, "basic", "fee")).set_value("29,50")
    app.number_input(key=field(admin, "basic", "Builds included")).set_value(7)
    labelled(app.button, "Show the effect").click()
    app.run()
    assert "The monthly fee is '29,50': write a number such as 0.25." in said(app.error)
    assert app.text_input(key=field(admin, "basic", "fee")).value == "29,50"
    assert app.number_input(key=field(admin, "basic", "Builds included")).value == 7
    assert not [button for button in app.button if button.label.startswith("Save from")]


@pytest.mark.usefixtures("kept_plans")
def test_a_plans_effect_is_seen_before_it_is_saved(
    visit: Visit, admin: Context, new_tenant: NewTenant
) -> None:
    tenant = new_tenant("basic")
    app = visit(PAT, "provider/plans.py", tier="Basic")
    before = admin.plans.read()
    app.selectbox(key=field(admin, "basic", "since")).select(next_month(OPEN))
    app.text_input(key=field(admin, "basic", "fee")).set_value("58")
    labelled(app.button, "Show the effect").click()
    app.run()
    shown = {
        name: row
        for frame in app.dataframe
        if "With the plan" in frame.value.columns
        for name, row in frame.value.set_index("Tenant").iterrows()
    }
    assert shown[tenant.name]["Now"] != shown[tenant.name]["With the plan"]
    assert admin.plans.read() == before
    app.button(key="save-plan").click().run()
    assert "Saved: it holds from" in said(app.toast)
    saved = admin.plans.read().of("basic", next_month(OPEN))
    assert f"{saved.monthly_fee:f}" == "58"
    assert admin.plans.read().of("basic", OPEN) == before.of("basic", OPEN)


@pytest.mark.usefixtures("kept_plans")
def test_who_has_looked_at_old_plans_must_look_again(visit: Visit, admin: Context) -> None:
    app = visit(PAT, "provider/plans.py", tier="Premium")
    app.text_input(key=field(admin, "premium", "fee")).set_value("600")
    labelled(app.button, "Show the effect").click()
    app.run()
    known = admin.plans.read()
    other = replace(known.of("basic", OPEN), since=OPEN, included_builds=21)
    admin.plans.change(known, known.planned(other, now=NOW))
    app.button(key="save-plan").click().run()
    assert "Somebody else has changed the plans" in said(app.error)
    assert app.text_input(key=field(admin, "premium", "fee")).value == "600"


@pytest.mark.usefixtures("kept_plans")
def test_what_was_typed_for_plans_that_have_changed_since_is_not_taken_for_theirs(
    visit: Visit, admin: Context
) -> None:
    app = visit(PAT, "provider/plans.py", tier="Basic")
    app.number_input(key=field(admin, "basic", "Build minutes included")).set_value(400)
    asked = labelled(app.button, "Show the effect")
    known = admin.plans.read()
    other = replace(known.of("basic", OPEN), since=OPEN, monthly_fee=Decimal(39))
    admin.plans.change(known, known.planned(other, now=NOW))
    asked.click().run()
    assert "Somebody else has changed this tier's plans meanwhile" in said(app.warning)
    assert not [button for button in app.button if button.label.startswith("Save from")]
    assert app.text_input(key=field(admin, "basic", "fee")).value == "39"
    minutes = field(admin, "basic", "Build minutes included")
    assert app.number_input(key=minutes).value == other.included_minutes
    app.number_input(key=minutes).set_value(400)
    labelled(app.button, "Show the effect").click().run()
    assert not app.warning
    app.button(key="save-plan").click().run()
    saved = admin.plans.read().of("basic", OPEN)
    assert (saved.monthly_fee, saved.included_minutes) == (39, 400)
