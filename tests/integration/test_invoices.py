"""Invoices: drafts while a month may change, then numbered, kept and shown to whom they concern."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from backend import change_tier, invoices, offboard
from backend.aws.invoice_table import InvoiceTable
from backend.context import Context
from backend.domain import naming
from backend.domain.audit import Action
from backend.domain.bill import LineKind
from backend.domain.cost_sync import SyncState
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.invoice import Invoice, InvoiceStatus
from backend.domain.month import bounds_of
from backend.domain.plan import DEFAULT_PLANS
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.usage import MonthUsage
from backend.month_usage import used_in
from tests.integration.billed import MONTHS, after, all_settled, built, read_costs, since
from tests.integration.estate import PAT, without
from tests.integration.lines import person_of, remembered_of

NewTenant = Callable[..., Tenant]
BASIC = DEFAULT_PLANS[0]


@pytest.fixture
def month() -> str:
    return next(MONTHS)


@pytest.fixture(autouse=True)
def settled(admin: Context) -> Iterator[None]:
    with all_settled(admin):
        yield


@pytest.fixture
def acme(admin: Context, new_tenant: NewTenant, month: str) -> Tenant:
    """A tenant on board since the month began, in the basic tier."""
    return since(admin, new_tenant("basic"), month)


def test_the_open_month_is_a_draft_and_cannot_be_issued(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    build = built(admin, acme, month, seconds=19_000)
    now = bounds_of(month)[0] + timedelta(days=20)
    draft = invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=now)
    assert draft.status is InvoiceStatus.DRAFT
    assert [line.kind for line in draft.lines] == [LineKind.FEE, LineKind.MINUTES, LineKind.BUILDS]
    assert draft.lines[1].build_ids == (build.build_id,)
    assert draft.total == BASIC.monthly_fee + Decimal("0.33")
    assert "is not over" in draft.open_reasons[0]
    with pytest.raises(Conflict, match=r"cannot be issued yet: .* is not over"):
        invoices.issue(portal, PAT, acme.tenant_id, month, now=now)
    with pytest.raises(Conflict, match=r"The invoices of .* cannot be issued yet"):
        invoices.issue_all(portal, PAT, month, now=now)


def test_a_month_whose_cost_is_not_final_cannot_be_issued(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    known = admin.sync_notes.read()
    admin.sync_notes.write(known, SyncState(settled=f"{month}-01"))
    with pytest.raises(Conflict, match=r"Cost Explorer's figures of .* are not final yet"):
        invoices.issue(portal, PAT, acme.tenant_id, month, now=after(month))


@pytest.mark.parametrize(
    ("month", "kind", "sentence"),
    [
        ("2100-01", Invalid, "January 2100 has not begun"),
        ("May", Invalid, "'May' is no month"),
        ("2019-05", NotFound, "was no tenant in May 2019 and has used nothing"),
    ],
)
def test_a_month_that_cannot_be_billed_is_said_so(
    portal: Context, new_tenant: NewTenant, month: str, kind: type[Exception], sentence: str
):
    tenant_id = new_tenant("basic").tenant_id
    now = datetime.now(UTC)
    with pytest.raises(kind, match=sentence):
        invoices.see(portal, PAT, month, tenant_id=tenant_id, now=now)
    with pytest.raises(kind, match=sentence):
        invoices.issue(portal, PAT, tenant_id, month, now=now)


def test_an_unknown_tenant_and_none_are_told_apart(portal: Context, month: str):
    now = after(month)
    with pytest.raises(NotFound, match="no tenant 'nobody'"):
        invoices.see(portal, PAT, month, tenant_id="nobody", now=now)
    with pytest.raises(Invalid, match="No tenant is named"):
        invoices.see(portal, PAT, month, now=now)


def test_a_tier_without_a_plan_is_said_in_the_list_and_at_the_invoice(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    orphan = replace(acme, tier="gold")
    admin.tenants.save(acme, orphan)
    found = invoices.of_month(portal, PAT, month, now=after(month))
    [row] = [each for each in found.invoices if each.tenant_id == acme.tenant_id]
    assert "Tier 'gold' has no plan" in row.missing_plan
    with pytest.raises(NotFound, match="Tier 'gold' has no plan"):
        invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=after(month))
    issued = invoices.issue_all(portal, PAT, month, now=after(month))
    assert acme.tenant_id not in [each.tenant_id for each in issued]
    admin.tenants.save(orphan, acme)


def test_issued_twice_it_is_one_invoice_and_stays_what_it_was(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    built(admin, acme, month, seconds=19_000)
    first = invoices.issue(portal, PAT, acme.tenant_id, month, now=after(month))
    built(admin, acme, month, seconds=99_000, day=6)
    later = after(month) + timedelta(days=1)
    assert invoices.issue(portal, PAT, acme.tenant_id, month, now=later) == first
    assert invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=later) == first
    assert (first.status, first.issued_by) == (InvoiceStatus.FINAL, "Pat")
    [summary] = portal.invoices.of_tenant(acme.tenant_id)
    assert (summary.number, summary.total, summary.subtotals) == (
        first.number,
        first.total,
        {"basic": first.total},
    )


def test_whatever_is_issued_is_remembered_in_the_same_write_and_once(
    portal: Context, acme: Tenant, month: str
):
    now = datetime.now(UTC)
    draft = invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=after(month))
    issued = portal.invoices.issue(draft, at=now, by="Pat")  # nothing comes after it, as in a crash
    [entry] = remembered_of(portal, f"invoice of tenant {acme.tenant_id}")
    invoices.issue(portal, PAT, acme.tenant_id, month, now=after(month))
    assert remembered_of(portal, f"invoice of tenant {acme.tenant_id}") == [entry]
    assert (entry.action, entry.at, entry.actor) == (Action.ISSUE_INVOICE, now, "Pat")
    assert entry.after.startswith(f"{issued.number}: {issued.total} USD for")


def test_numbers_follow_each_other_without_a_gap_however_many_issue_at_once(
    admin: Context, portal: Context, new_tenant: NewTenant, month: str
):
    owners = [since(admin, new_tenant("basic"), month) for _ in range(6)]
    now = after(month)
    drafts = [
        invoices.see(portal, PAT, month, tenant_id=owner.tenant_id, now=now) for owner in owners
    ]
    before = portal.invoices._last_number(f"{now:%Y}")
    with ThreadPoolExecutor(6) as crowd:  # each draft twice, too
        issued = list(crowd.map(lambda d: portal.invoices.issue(d, at=now, by="Pat"), drafts * 2))
    numbers = sorted({each.number or "" for each in issued})
    assert numbers == [f"{now:%Y}-{n:06}" for n in range(before + 1, before + 7)]
    assert issued[:6] == issued[6:]


class LateReader(InvoiceTable):
    """One who looked for the invoice just before somebody else issued it."""

    looked = False

    def find(self, tenant_id: str, month: str) -> Invoice | None:
        if not self.looked:
            self.looked = True
            return None
        return super().find(tenant_id, month)


def test_who_comes_a_moment_late_gets_the_issued_invoice_and_takes_no_number(
    portal: Context, acme: Tenant, month: str
):
    now = after(month)
    draft = invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=now)
    first = portal.invoices.issue(draft, at=now, by="Pat")
    last = portal.invoices._last_number(f"{now:%Y}")
    assert LateReader(portal.session).issue(draft, at=now, by="Kim") == first
    assert portal.invoices._last_number(f"{now:%Y}") == last
    assert portal.invoices.find(acme.tenant_id, month) == first


def test_what_cannot_be_remembered_is_not_issued_and_takes_no_number(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    now = after(month)
    last = portal.invoices._last_number(f"{now:%Y}")
    with (
        without(admin, naming.PORTAL_ROLE, "provider", "RememberInterventions"),
        pytest.raises(ClientError, match="AccessDenied"),
    ):
        invoices.issue(portal, PAT, acme.tenant_id, month, now=now)
    assert portal.invoices.find(acme.tenant_id, month) is None
    assert portal.invoices._last_number(f"{now:%Y}") == last


def test_a_years_first_invoice_has_the_number_one(portal: Context, acme: Tenant, month: str):
    draft = invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=after(month))
    at = datetime(int(month[:4]) + 200, 1, 1, tzinfo=UTC)
    assert portal.invoices.issue(draft, at=at, by="Pat").number == f"{at.year}-000001"


def test_an_issued_invoice_can_be_neither_changed_nor_overwritten_nor_removed(
    portal: Context, acme: Tenant, month: str
):
    invoices.issue(portal, PAT, acme.tenant_id, month, now=after(month))
    table = portal.session.table(naming.INVOICES_TABLE)
    key = {"tenant_id": acme.tenant_id, "month": month}
    for tried in (
        lambda: table.delete_item(Key=key),
        lambda: table.update_item(Key=key, UpdateExpression="REMOVE document"),
        lambda: table.put_item(Item=key),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            tried()


def test_all_of_a_month_are_issued_in_one_go_and_listed(
    admin: Context, portal: Context, new_tenant: NewTenant, month: str
):
    mine = [since(admin, new_tenant(tier), month) for tier in ("basic", "premium")]
    ids = [each.tenant_id for each in mine]
    before = invoices.of_month(portal, PAT, month, now=after(month))
    drafts = {e.tenant_id: e for e in before.invoices}
    assert all(drafts[each].status is InvoiceStatus.DRAFT for each in ids)
    issued = invoices.issue_all(portal, PAT, month, now=after(month))
    assert set(ids) <= {each.tenant_id for each in issued}
    listed = invoices.of_month(portal, PAT, month, now=after(month))
    found = {each.tenant_id: each for each in listed.invoices}
    assert all(found[each].number for each in ids)
    assert [found[each].total for each in ids] == [drafts[each].total for each in ids]
    assert [found[each].total for each in ids] == [Decimal(29), Decimal(750)]
    assert invoices.issue_all(portal, PAT, month, now=after(month)) == ()


def test_a_change_of_tier_in_the_month_is_billed_by_the_day(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    begun, ended = bounds_of(month)
    moved = change_tier.change_tier(
        portal, PAT, acme.tenant_id, "standard", now=begun + timedelta(days=10, hours=3)
    )
    built(admin, moved, month, day=20)
    draft = invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=after(month))
    days = (ended - begun).days
    assert [line.quantity for line in draft.lines if line.kind is LineKind.FEE] == [10, days - 10]
    assert {plan.tier for plan in draft.plans} == {"basic", "standard"}
    assert [line.tier for line in draft.lines if line.kind is LineKind.MINUTES] == ["standard"]


def test_a_tenant_that_has_left_is_billed_for_what_it_used(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    built(admin, acme, month, seconds=24_000)
    left = bounds_of(month)[0] + timedelta(days=15, hours=3)
    report = offboard.offboard(portal, PAT, acme.tenant_id, confirm=acme.tenant_id, now=left)
    assert report.tenant.left_at == left
    assert list(admin.builds.every_of(acme.tenant_id)) == []
    issued = invoices.issue(portal, PAT, acme.tenant_id, month, now=after(month))
    fee, minutes, builds = issued.lines
    assert fee.quantity == 15
    assert "400 min used" in minutes.text
    assert builds.quantity == 0
    assert admin.tenants.get(acme.tenant_id) == report.tenant


def test_tenants_people_see_their_own_drafts_and_invoices_alone(
    admin: Context, portal: Context, acme: Tenant, new_tenant: NewTenant, month: str
):
    other = since(admin, new_tenant("basic"), month)
    ana = person_of(acme)
    build = built(admin, acme, month)
    built(admin, other, month)
    now = after(month)
    draft = invoices.see(portal, ana, month, tenant_id=other.tenant_id, now=now)
    assert (draft.tenant_id, draft.status) == (acme.tenant_id, InvoiceStatus.DRAFT)
    assert draft.lines[1].build_ids == (build.build_id,)
    for owner in (acme, other):
        invoices.issue(portal, PAT, owner.tenant_id, month, now=now)
    seen = invoices.see(portal, ana, month, tenant_id=other.tenant_id, now=now)
    assert (seen.tenant_id, seen.status) == (acme.tenant_id, InvoiceStatus.FINAL)
    listed = invoices.own(portal, ana, now=now)
    assert {each.tenant_id for each in listed} == {acme.tenant_id}
    # The month after has begun: its fee is due, and a draft so far.
    assert [each.status for each in listed] == [InvoiceStatus.DRAFT, InvoiceStatus.FINAL]


def test_a_tenant_that_is_not_on_board_yet_is_billed_nothing(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    half = admin.tenants.save(acme, acme.with_status(TenantStatus.ONBOARDING))
    now, sentence = after(month), "is not on board yet, so there is nothing to bill"
    with pytest.raises(Conflict, match=sentence):
        invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=now)
    with pytest.raises(Conflict, match=sentence):
        invoices.issue(portal, PAT, acme.tenant_id, month, now=now)
    listed = invoices.of_month(portal, PAT, month, now=now).invoices
    assert acme.tenant_id not in [each.tenant_id for each in listed]
    nothing = [MonthUsage(acme.tenant_id, month)]
    assert invoices.brought(portal, PAT, acme.tenant_id, nothing, now=now) == {}
    admin.tenants.save(half, acme)


def test_a_months_list_tells_what_was_read_last_and_reads_no_build_for_it(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    built(admin, acme, month, seconds=30_000)
    now = after(month)
    whole = invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=now).total
    assert whole > BASIC.monthly_fee

    def listed() -> Decimal:
        found = invoices.of_month(portal, PAT, month, now=now)
        assert found.read_at == portal.sync_notes.read().synced_at
        return next(e.total for e in found.invoices if e.tenant_id == acme.tenant_id)

    with without(admin, naming.PORTAL_ROLE, "costs", "SeeEndedBuilds"):
        assert listed() == BASIC.monthly_fee
        read_costs(admin, month, acme)
        assert listed() == whole


def test_of_a_tenant_that_has_left_the_list_tells_what_was_kept_whatever_was_read(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    built(admin, acme, month, seconds=30_000)
    before = invoices.see(portal, PAT, month, tenant_id=acme.tenant_id, now=after(month))
    late = bounds_of(month)[1] + timedelta(hours=1)
    offboard.offboard(portal, PAT, acme.tenant_id, confirm=acme.tenant_id, now=late)
    found = invoices.of_month(portal, PAT, month, now=after(month))
    assert [e.total for e in found.invoices if e.tenant_id == acme.tenant_id] == [before.total]
    nothing = [MonthUsage(acme.tenant_id, month)]
    brought = invoices.brought(portal, PAT, acme.tenant_id, nothing, now=after(month))
    assert brought == {month: before.total}


def test_a_tenants_own_list_is_read_with_its_own_rights_and_no_others_and_without_builds(
    admin: Context, portal: Context, acme: Tenant, month: str
):
    built(admin, acme, month, seconds=30_000)
    read_costs(admin, month, acme)
    role, ana = naming.access_role_of(acme.tenant_id), person_of(acme)
    whole = invoices.see(portal, ana, month, now=after(month))
    with without(admin, role, "tenant", "SeeOwnBuilds"):
        [_, draft] = invoices.own(portal, ana, now=after(month))
    assert (draft.month, draft.total) == (month, whole.total)
    for sid in ("SeeOwnInvoices", "SeeOwnCosts"):
        with (
            without(admin, role, "tenant", sid),
            pytest.raises(ClientError, match="AccessDenied"),
        ):
            invoices.own(portal, ana, now=after(month))
    assert invoices.own(portal, ana, now=after(month))


def test_what_a_month_brings_is_told_from_usage_alone_and_as_issued_once_it_is(
    admin: Context, portal: Context, acme: Tenant, new_tenant: NewTenant, month: str
):
    other = since(admin, new_tenant("basic"), month)
    for owner in (acme, other):
        built(admin, owner, month, seconds=30_000)
    ids, now = (acme.tenant_id, other.tenant_id), after(month)
    for owner, tenant_id in zip((acme, other), ids, strict=True):
        usage = used_in(portal, owner, month).usage
        draft = invoices.see(portal, PAT, month, tenant_id=tenant_id, now=now)
        assert invoices.brought(portal, PAT, tenant_id, [usage], now=now) == {month: draft.total}
    issued = invoices.issue(portal, PAT, acme.tenant_id, month, now=now)
    assert invoices.brought(portal, PAT, acme.tenant_id, (), now=now) == {month: issued.total}
    nothing = MonthUsage(other.tenant_id, month)
    found = invoices.brought(portal, PAT, other.tenant_id, [nothing], now=now)
    assert found == {month: BASIC.monthly_fee}


def test_only_providers_issue_and_list_everybodys(portal: Context, acme: Tenant, month: str):
    ana, now = person_of(acme), after(month)
    for tried in (
        lambda: invoices.of_month(portal, ana, month, now=now),
        lambda: invoices.issue(portal, ana, acme.tenant_id, month, now=now),
        lambda: invoices.issue_all(portal, ana, month, now=now),
        lambda: invoices.brought(portal, ana, acme.tenant_id, (), now=now),
        lambda: invoices.own(portal, PAT, now=now),
    ):
        with pytest.raises(Forbidden):
            tried()
