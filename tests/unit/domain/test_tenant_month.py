"""A tenant's month: what it cost, by the meter and by the bill, and what it brought."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from backend.domain.allocation import SharedSplit, Sharing
from backend.domain.cost import SAGEMAKER, CostRecord
from backend.domain.cost_cube import cube_of
from backend.domain.cost_month import months_of
from backend.domain.tenant_month import Month, TenantMonth, month_in_money
from backend.domain.usage import MonthUsage, TierUsage

MARCH = "2026-03"
TIERS = {"acme": "basic", "borealis": "premium", "cobalt": "premium"}


def cost(tenant_id: str | None, amount: str, service: str = SAGEMAKER, *, shared: bool = False):
    return CostRecord(date(2026, 3, 5), tenant_id, Decimal(amount), True, service, shared=shared)


def used(tenant_id: str, builds: int, metered: str) -> MonthUsage:
    tier = TierUsage(TIERS[tenant_id], builds, builds + 1, 3600, Decimal(metered))
    return MonthUsage(tenant_id, MARCH, (tier,))


RECORDS = [
    cost("acme", "6"),
    cost("acme", "1", "Amazon S3"),
    cost("borealis", "3"),
    cost(None, "5", "AWS Lambda", shared=True),
    cost(None, "0.5"),
]


def month(split: SharedSplit = SharedSplit.NOT_AT_ALL) -> Month:
    return month_in_money(
        cube_of(months_of(RECORDS), date(2026, 2, 1), date(2026, 4, 1)),
        MARCH,
        [Sharing(split)],
        [used("acme", 4, "5.5"), used("cobalt", 0, "0.25"), MonthUsage("acme", "2026-02")],
        tier_of=lambda tenant_id: TIERS[tenant_id],
    )


def of(found: Month, tenant_id: str) -> TenantMonth:
    return next(tenant for tenant in found.tenants if tenant.tenant_id == tenant_id)


def test_the_bill_stands_beside_the_meter_for_jobs_alone():
    acme = of(month(), "acme")
    assert (acme.cost, acme.billed, acme.metered, acme.drift) == (
        7,
        6,
        Decimal("5.5"),
        Decimal("0.5"),
    )


def test_a_build_that_succeeded_bears_all_of_the_tenants_cost():
    found = month()
    assert of(found, "acme").per_build == Decimal("1.75")
    assert of(found, "borealis").per_build is None


def test_margin_is_revenue_less_cost_with_its_part_of_what_is_shared():
    acme = of(month(SharedSplit.BY_DIRECT_COST), "acme")
    assert acme.margin is None
    assert replace(acme, revenue=Decimal(20)).margin == Decimal("9.5")
    assert (acme.own, acme.split) == (7, Decimal("3.5"))


def test_who_built_without_a_bill_yet_is_there_with_its_estimate():
    cobalt = of(month(), "cobalt")
    assert (cobalt.cost, cobalt.metered, cobalt.drift) == (0, Decimal("0.25"), Decimal("-0.25"))


def test_tenants_and_what_nobody_bears_are_the_total():
    for split in (SharedSplit.NOT_AT_ALL, SharedSplit.EVENLY):
        found = month(split)
        everyone = found.all_tenants
        assert everyone.cost + found.shared + found.unallocated == found.total == Decimal("15.5")
        assert (everyone.builds, everyone.ended, everyone.metered) == (4, 6, Decimal("5.75"))


def test_the_dearest_tenant_comes_first():
    assert [each.tenant_id for each in month().tenants] == ["acme", "borealis", "cobalt"]
