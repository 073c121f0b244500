"""Cost Explorer is read into the table by its function, seldom, and seen by whom it may."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from backend import cost, cost_sync, cost_tags
from backend.aws.cost_explorer import Asking, CostExplorer
from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.cost import SAGEMAKER, CostRecord
from backend.domain.cost_month import months_of
from backend.domain.cost_sync import SyncState
from backend.domain.errors import Conflict, Forbidden, Invalid, Unavailable
from backend.domain.exact import exact_sum
from backend.domain.month import first_of_month
from backend.domain.monthly_allocation import allocated
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.usage import MonthUsage, TierUsage
from tests.integration.test_walk import LINEAR, put, table, until

PAT = Principal("pat", "Pat", Role.PROVIDER)


def today() -> date:
    return datetime.now(UTC).date()


def this_month() -> dict[str, date]:
    return {"since": today().replace(day=1), "until": today() + timedelta(days=1)}


def people_of(tenant: Tenant) -> Principal:
    return Principal("ana", "Ana", Role.TENANT, tenant.tenant_id)


def people_of_nobody() -> Principal:
    return Principal("nils", "Nils", Role.TENANT, "nobody")


@pytest.fixture(autouse=True)
def rested(admin: Context) -> Iterator[None]:
    """As if Cost Explorer had not been asked today, and all but the open month were settled."""
    settings = admin.session.table(naming.SETTINGS_TABLE)
    counted = settings.get_item(Key={"name": "cost-sync"}).get("Item")
    settings.delete_item(Key={"name": "cost-sync"})
    admin.sync_notes.write(SyncState(), SyncState(settled=f"{today():%Y-%m-01}"))
    yield
    settings.delete_item(Key={"name": "cost-sync"})
    if counted is not None:
        settings.put_item(Item=counted)


@pytest.fixture(scope="module")
def tenant(new_tenant: Callable[..., Tenant]) -> Tenant:
    return new_tenant("basic")


@pytest.fixture(scope="module")
def built(admin: Context, portal: Context, tenant: Tenant) -> Build:
    """One of two builds that have run, and whose tags costs show from then on, the day included."""
    ids = [put(portal, tenant, table(), LINEAR, name) for name in ("one.csv", "two.csv")]
    builds = [until(admin, tenant, build_id) for build_id in ids]
    cost_tags.ask(admin, now=datetime.now(UTC))
    return builds[0]


def test_what_a_build_cost_is_in_the_table_by_bill_and_by_meter(
    portal: Context, tenant: Tenant, built: Build
):
    assert built.state is BuildState.SUCCEEDED
    cost.sync(portal, PAT)
    found = cost.read(portal, PAT, **this_month())
    cube, usage = found.cube(), next(u for u in found.usage if u.tenant_id == tenant.tenant_id)
    assert usage.builds == usage.ended == 2
    assert built.metered is not None
    assert usage.metered > built.metered.amount > 0
    # Both come from the same seconds, rounded line by line.
    assert abs(cube.of(tenant.tenant_id) - usage.metered) < Decimal("0.0001")
    parts = allocated(cube, today().replace(day=1), today() + timedelta(days=1), [])
    assert exact_sum(part.allocation.total for part in parts) == cube.total
    assert {part.service for part in parts if part.allocation.total} == {SAGEMAKER}


def test_a_sync_counts_its_requests_and_their_price_and_finds_the_parts_to_be_the_total(
    portal: Context, built: Build
):
    cost.sync(portal, PAT)
    state = cost.synced(portal, PAT)
    assert (state.requests_today, state.requests, state.spent) == (3, 3, Decimal("0.03"))
    assert (state.difference, state.refused) == (0, "")
    assert state.synced_at is not None
    assert state.settled <= f"{today():%Y-%m-01}"


def test_views_ask_cost_explorer_nothing_and_a_third_sync_of_a_day_is_refused(portal: Context):
    for _ in range(2):
        cost.sync(portal, PAT)
    for _ in range(10):
        cost.read(portal, PAT, **this_month())
    assert cost.synced(portal, PAT).requests_today == 6
    with pytest.raises(Unavailable, match=r"asked 6 times .* 6 are allowed a day"):
        cost.sync(portal, PAT)
    assert cost.synced(portal, PAT).requests_today == 6


def test_the_portal_has_no_right_to_ask_cost_explorer_itself(portal: Context):
    period = {"Start": f"{today() - timedelta(days=1)}", "End": f"{today()}"}
    with pytest.raises(ClientError, match="not authorized"):
        portal.session.client("ce").get_cost_and_usage(
            TimePeriod=period, Granularity="DAILY", Metrics=["UnblendedCost"]
        )


def test_a_tenants_people_see_their_own_cost_alone_whatever_is_asked(
    portal: Context, tenant: Tenant, built: Build, new_tenant: Callable[..., Tenant]
):
    cost.sync(portal, PAT)
    mine = cost.read(portal, people_of(tenant), **this_month())
    assert mine.cube().owners == [tenant.tenant_id]
    assert mine.cube().total > 0
    other = new_tenant("basic")
    assert cost.read(portal, people_of(other), **this_month()).cube().total == 0
    with pytest.raises(Forbidden, match="Ana is not a provider"):
        cost.sync(portal, people_of(tenant))


def test_a_period_without_a_day_is_refused(portal: Context):
    with pytest.raises(Invalid, match="holds no day"):
        cost.read(portal, PAT, since=today(), until=today())


def test_a_tenants_month_is_asked_for_by_usage_type_where_somebody_wants_it(
    portal: Context, tenant: Tenant, built: Build
):
    cost.sync(portal, PAT)
    month, owner = f"{today():%Y-%m}", tenant.tenant_id
    assert cost.usage_types(portal, PAT, owner, month) is None
    cost.ask_usage_types(portal, PAT, owner, month)
    found = cost.usage_types(portal, PAT, owner, month)
    assert found is not None
    assert "USE1-Train:ml.m5.large" in [each.usage_type for each in found.costs]
    assert exact_sum(each.amount for each in found.costs) == cost.read(
        portal, PAT, **this_month()
    ).cube().of(owner)
    assert cost.synced(portal, PAT).requests_today == 4


def test_usage_types_of_whom_nothing_is_known_are_refused_and_so_is_what_is_no_month(
    portal: Context, built: Build
):
    cost.sync(portal, PAT)
    with pytest.raises(Unavailable, match="No cost of 'nobody' is known"):
        cost.ask_usage_types(portal, PAT, "nobody", f"{today():%Y-%m}")
    with pytest.raises(Unavailable, match="'March' is no month"):
        cost.ask_usage_types(portal, PAT, "nobody", "March")
    with pytest.raises(Forbidden):
        cost.usage_types(portal, people_of_nobody(), "nobody", f"{today():%Y-%m}")


def test_of_two_syncs_at_once_one_is_refused(admin: Context):
    state = admin.sync_notes.read()
    admin.sync_notes.write(state, state.asking(datetime.now(UTC)))
    with pytest.raises(Conflict, match="being read already"):
        admin.sync_notes.write(state, state.asking(datetime.now(UTC)))


def test_what_cost_explorer_no_longer_tells_is_gone_and_what_a_left_tenant_used_stays(
    admin: Context, tenant: Tenant
):
    month = f"{today():%Y-%m}"
    used = MonthUsage("left-long-ago", month, (TierUsage("basic", 2, 3, 400, Decimal("0.05")),))
    wrong = CostRecord(today(), "nobody", Decimal(7), True, SAGEMAKER)
    left = replace(tenant, tenant_id=used.tenant_id, kept_usage=(used,))
    admin.tenants.add(left.with_status(TenantStatus.OFFBOARDED))
    try:
        admin.cost_table.replace(month, list(months_of([wrong])))
        cost_sync.sync(admin, now=datetime.now(UTC))
        found = {m.owner: m for m in admin.cost_table.of_all(**this_month())}
    finally:
        admin.tenants.remove(left.tenant_id)
    assert "nobody" not in found
    assert found[left.tenant_id].usage == used.tiers


def test_the_first_sync_reads_a_month_at_a_time_and_goes_on_where_it_was_cut_off(
    admin: Context, monkeypatch: pytest.MonkeyPatch
):
    now = datetime.now(UTC)
    admin.session.table(naming.SETTINGS_TABLE).delete_item(Key={"name": "cost-sync"})
    asked: list[date] = []
    whole = type(admin.costs).total

    def cut_off(costs: CostExplorer, since: date, until: date, *, asking: Asking) -> Decimal:
        asked.append(since)
        if len(asked) == 3:
            raise Unavailable("Cost Explorer has gone home.")
        return whole(costs, since, until, asking=asking)

    with monkeypatch.context() as patched:
        patched.setattr(CostExplorer, "total", cut_off)
        refused = cost_sync.sync(admin, now=now)
    assert asked == [first_of_month(today(), back) for back in (12, 11, 10)]
    assert (refused.refused, refused.synced_at) == ("Cost Explorer has gone home.", None)
    assert refused.settled == f"{first_of_month(today(), 10)}"
    done = cost_sync.sync(admin, now=now + timedelta(days=1))
    assert (done.refused, done.synced_at) == ("", now + timedelta(days=1))
    # Two months were read before the cut, nine alone after it, the last two at once.
    assert done.requests == 3 * (2 + 9 + 1)


def test_a_month_that_is_settled_is_read_no_more(admin: Context):
    now = datetime.now(UTC)
    last = f"{first_of_month(today(), 1):%Y-%m}"
    kept = CostRecord(first_of_month(today(), 1), "kept", Decimal(3), False, SAGEMAKER)
    admin.cost_table.replace(last, list(months_of([kept])))
    cost_sync.sync(admin, now=now)
    months = admin.cost_table.of("kept", first_of_month(today(), 1), today())
    assert [month.month for month in months] == [last]
    admin.cost_table.replace(last, [])
