"""A tenant's month as an invoice: its lines, its days, when it is final, and what it brings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.bill import MOST_LINKED, LineKind, lines_of, revenue
from backend.domain.cost_sync import SyncState
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.exact import exact_sum
from backend.domain.invoice import (
    Invoice,
    InvoiceStatus,
    checked_begun,
    concerned,
    invoice_of,
    open_reasons,
    summary_of,
)
from backend.domain.margin import Margin, cost_by_tier, margins_by_tier
from backend.domain.month import days_of
from backend.domain.plan import DEFAULT_PLANS, Plan
from backend.domain.plan_book import PlanBook
from backend.domain.rates import Rate
from backend.domain.rounding import Rounding
from backend.domain.spells import days_by_tier
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage, TierUsage
from tests.unit.values import tenant

NOW = datetime(2026, 12, 5, 9, tzinfo=UTC)
NOVEMBER = "2026-11"
BASIC = Plan(
    "basic",
    monthly_fee=Decimal(30),
    included_minutes=100,
    included_builds=3,
    minute_rate=Rate.per_unit("0.05"),
    build_rate=Rate.per_unit("1.5"),
)
PREMIUM = Plan("premium", monthly_fee=Decimal(300), minimum_spend=Decimal(600))
BOOK = PlanBook((BASIC, PREMIUM))
FINAL = SyncState(settled="2026-12-01")


def used(*tiers: TierUsage) -> MonthUsage:
    return MonthUsage("acme", NOVEMBER, tiers)


def basic(builds: int = 5, seconds: int = 7210) -> TierUsage:
    return TierUsage("basic", builds=builds, ended=builds, instance_seconds=seconds)


def drafted(usage: MonthUsage, whose: Tenant | None = None, **more: Any) -> Invoice:
    return invoice_of(whose or tenant(), usage, BOOK, data_as_of=NOW, **more)


def amounts(invoice: Invoice) -> list[tuple[LineKind, str]]:
    return [(line.kind, str(line.amount)) for line in invoice.lines]


def test_a_tier_without_a_plan_stops_the_bill_with_the_remedy():
    with pytest.raises(NotFound, match="Tier 'gold' has no plan for November 2026"):
        drafted(used(TierUsage("gold", 1, 1, 60)))


def test_a_month_that_has_not_begun_has_no_invoice():
    with pytest.raises(Invalid, match="January 2027 has not begun"):
        checked_begun("2027-01", now=NOW)
    assert checked_begun("2026-12", now=NOW) == "2026-12"


def test_an_open_month_is_a_draft_and_says_when_it_ends():
    [why] = open_reasons("2026-12", FINAL, now=NOW)
    assert why == "December 2026 is not over: it ends on 1 January 2027, 00:00 UTC."
    with pytest.raises(Conflict, match="cannot be issued yet: December 2026 is not over"):
        drafted(used(basic()), open_reasons=(why,)).issued("2026-000001", at=NOW, by="Pat")


@pytest.mark.parametrize("settled", ["", "2026-10-01", "2026-11-01"])
def test_a_month_whose_cost_may_change_is_a_draft(settled: str):
    [why] = open_reasons(NOVEMBER, SyncState(settled=settled), now=NOW)
    assert "Cost Explorer's figures of November 2026 are not final yet" in why
    assert open_reasons(NOVEMBER, FINAL, now=NOW) == ()


def test_usage_beyond_what_is_included_is_billed_and_told():
    invoice = drafted(used(basic()), build_ids={"basic": ("b1", "b2")})
    assert amounts(invoice) == [
        (LineKind.FEE, "30.00"),
        (LineKind.MINUTES, "1.01"),
        (LineKind.BUILDS, "3.00"),
    ]
    fee, minutes, builds = invoice.lines
    assert minutes.text == ("Build minutes in the basic tier: 120 min 10 s used, 100 min included")
    assert (minutes.quantity, minutes.unit, minutes.price) == (
        Decimal("20.1667"),
        "minute",
        "0.05 USD a minute",
    )
    assert minutes.build_ids == ("b1", "b2")
    assert builds.text == "Succeeded builds in the basic tier: 5 built, 3 included"
    assert (builds.quantity, builds.build_ids, fee.quantity) == (2, (), 30)
    assert invoice.total == Decimal("34.01")
    assert invoice.subtotals == {"basic": Decimal("34.01")}


def test_who_stays_within_what_is_included_pays_the_fee_alone():
    invoice = drafted(used(basic(builds=3, seconds=6000)))
    assert amounts(invoice)[1:] == [(LineKind.MINUTES, "0.00"), (LineKind.BUILDS, "0.00")]
    assert invoice.total == 30


def test_failed_builds_count_their_minutes_and_not_themselves():
    failed = TierUsage("basic", builds=0, ended=2, instance_seconds=6060)
    assert amounts(drafted(used(failed)))[1:] == [(LineKind.MINUTES, "0.05")]


def test_of_many_builds_only_those_that_succeeded_are_billed_as_builds():
    mixed = TierUsage("basic", builds=4, ended=9, instance_seconds=0)
    assert amounts(drafted(used(mixed)))[-1] == (LineKind.BUILDS, "1.50")


def test_without_any_usage_there_is_the_fee():
    assert amounts(drafted(used())) == [(LineKind.FEE, "30.00")]
    assert concerned(tenant(), used())


def test_before_its_first_day_and_after_its_last_a_tenant_is_not_concerned():
    gone = replace(tenant(), left_at=datetime(2026, 11, 1, 8, tzinfo=UTC))
    assert not concerned(gone, used())
    assert concerned(gone, used(basic()))
    assert not concerned(tenant(), MonthUsage("acme", "2026-04"))


def test_a_change_of_tier_splits_fees_quotas_and_minimum_by_the_day():
    moved = tenant().moved_to("premium", at=datetime(2026, 11, 11, 18, tzinfo=UTC))
    invoice = drafted(used(basic(builds=5, seconds=7210)), moved)
    assert amounts(invoice) == [
        (LineKind.FEE, "10.00"),
        (LineKind.MINUTES, "4.34"),
        (LineKind.BUILDS, "6.00"),
        (LineKind.FEE, "200.00"),
        (LineKind.MINIMUM, "200.00"),
    ]
    assert "33 min 20 s included, 10 of 30 days" in invoice.lines[1].text
    assert "1 included, 10 of 30 days" in invoice.lines[2].text
    assert invoice.subtotals == {"basic": Decimal("20.34"), "premium": Decimal(400)}
    assert [(plan.tier, plan.since) for plan in invoice.plans] == [("basic", ""), ("premium", "")]


def test_a_build_of_a_tier_that_was_left_before_is_billed_without_its_quota():
    moved = tenant().moved_to("premium", at=datetime(2026, 10, 31, 18, tzinfo=UTC))
    invoice = drafted(used(basic(builds=1, seconds=60)), moved)
    assert amounts(invoice)[-2:] == [(LineKind.MINUTES, "0.05"), (LineKind.BUILDS, "1.50")]


def test_the_minimum_is_met_by_usage_first():
    plan = replace(PREMIUM, tier="basic", minute_rate=Rate.per_unit("1"))
    lines = lines_of(used(basic(seconds=18_000)), {"basic": 30}, PlanBook((plan,)))
    assert [str(line.amount) for line in lines] == ["300.00", "300.00", "0.00"]


def test_each_plan_rounds_as_it_says_and_the_invoice_tells():
    even = replace(BASIC, minute_rate=Rate.per_unit("0.0125"), included_minutes=0)
    up = replace(even, tier="premium", rounding=Rounding.HALF_UP)
    usage = used(*(TierUsage(tier, 0, 1, 600) for tier in ("basic", "premium")))
    moved = tenant().moved_to("premium", at=datetime(2026, 11, 11, tzinfo=UTC))
    invoice = invoice_of(moved, usage, PlanBook((even, up)), data_as_of=NOW)
    minutes = [line for line in invoice.lines if line.kind is LineKind.MINUTES]
    assert [str(line.amount) for line in minutes] == ["0.12", "0.13"]
    assert "basic tier to the nearest cent, half a cent to the even cent" in invoice.terms[-1]
    assert "premium tier to the nearest cent, half a cent to the next cent up" in invoice.terms[-1]
    one = drafted(used(basic()))
    assert one.terms[-1].startswith("Each line is rounded to the nearest cent")


def test_an_issued_invoice_has_its_number_and_is_no_draft():
    draft = drafted(used(basic()))
    issued = draft.issued("2026-000123", at=NOW, by="Pat")
    assert (draft.status, issued.status) == (InvoiceStatus.DRAFT, InvoiceStatus.FINAL)
    assert (issued.number, issued.issued_at, issued.issued_by) == ("2026-000123", NOW, "Pat")
    summary = summary_of(issued)
    assert (summary.total, summary.subtotals, summary.status) == (
        issued.total,
        issued.subtotals,
        InvoiceStatus.FINAL,
    )


def test_of_very_many_builds_the_first_of_all_tiers_are_named_and_the_lines_say_so():
    tiers = ("basic", "standard", "premium")
    ids = {tier: tuple(f"{tier}-{n}" for n in range(6_000)) for tier in tiers}
    usage = used(*(TierUsage(tier, 6_000, 6_000, 60) for tier in tiers))
    lines = lines_of(usage, {"basic": 30}, PlanBook(DEFAULT_PLANS), build_ids=ids)
    minutes = [line for line in lines if line.kind is LineKind.MINUTES]
    assert [line.build_ids for line in minutes] == [ids["basic"], ids["standard"][:4_000], ()]
    assert sum(len(line.build_ids) for line in lines) == MOST_LINKED
    told = [line.text.partition("; ")[2] for line in minutes]
    assert told == [
        "",
        "the first 4,000 of 6,000 builds are named, as an invoice names 10,000 in all",
        "no build is named, as an invoice names 10,000 in all",
    ]


TIER_NAMES = [plan.tier for plan in DEFAULT_PLANS]
MOMENTS = st.integers(0, 90 * 1440).map(
    lambda minutes: datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
USAGES = st.builds(
    lambda tiers: used(*tiers),
    st.lists(
        st.builds(
            lambda tier, builds, failed, seconds: TierUsage(
                tier, builds, builds + failed, seconds, Decimal(seconds).scaleb(-4)
            ),
            st.sampled_from(TIER_NAMES),
            st.integers(0, 3000),
            st.integers(0, 100),
            st.integers(0, 10_000_000),
        ),
        unique_by=lambda tier: tier.tier,
        max_size=3,
    ),
)


@st.composite
def tenants(draw: st.DrawFn) -> Tenant:
    whose = replace(tenant(tier=draw(st.sampled_from(TIER_NAMES))), created_at=draw(MOMENTS))
    for moment in sorted(draw(st.lists(MOMENTS, max_size=3))):
        if moment > whose.spells[-1].since:
            whose = whose.moved_to(draw(st.sampled_from(TIER_NAMES)), at=moment)
    left = whose.spells[-1].since + timedelta(hours=draw(st.integers(1, 900)))
    return replace(whose, left_at=draw(st.none() | st.just(left)))


@given(tenants(), USAGES)
def test_what_a_month_brings_is_what_its_invoice_says(whose: Tenant, usage: MonthUsage):
    book = PlanBook(DEFAULT_PLANS)
    invoice = invoice_of(whose, usage, book, data_as_of=NOW)
    brought = revenue(usage, days_by_tier(whose.spells, NOVEMBER, left_at=whose.left_at), book)
    assert brought == invoice.subtotals
    assert exact_sum(brought.values()) == invoice.total
    assert invoice.total == exact_sum(line.amount for line in invoice.lines)
    assert all(line.amount >= 0 for line in invoice.lines)
    assert all(line.amount.as_tuple().exponent == -2 for line in invoice.lines)


@given(tenants(), st.integers(0, 10**6), st.integers(0, 5000))
def test_between_equal_plans_a_change_of_tier_costs_nothing(
    whose: Tenant, fee_in_cents: int, included: int
):
    fee = Decimal(fee_in_cents).scaleb(-2)
    book = PlanBook(tuple(Plan(t, monthly_fee=fee, included_builds=included) for t in TIER_NAMES))
    days = days_by_tier(whose.spells, NOVEMBER, left_at=whose.left_at)
    paid = exact_sum(revenue(used(), days, book).values())
    whole = days_of(NOVEMBER)
    if sum(days.values()) == (whole.until - whole.since).days:
        assert paid == fee
    assert abs(paid - fee * sum(days.values()) / 30) < Decimal("0.01") * (len(days) + 1)


def test_margin_is_what_is_left_and_what_part_of_revenue_that_is():
    margin = Margin(Decimal("34.01"), Decimal("17.005"))
    assert (margin.amount, margin.share) == (Decimal("17.005"), Decimal("0.5"))
    assert Margin(Decimal(0), Decimal(2)).share is None
    assert Margin(Decimal(0), Decimal(2)).amount == -2


def test_a_tenants_cost_goes_to_tiers_by_estimate_else_by_days():
    usage = used(TierUsage("basic", metered=Decimal(1)), TierUsage("premium", metered=Decimal(2)))
    assert cost_by_tier(Decimal(9), usage, {}) == {"basic": 3, "premium": 6}
    assert cost_by_tier(Decimal(9), used(), {"basic": 10, "premium": 20}) == {
        "basic": 3,
        "premium": 6,
    }
    assert cost_by_tier(Decimal(9), used(), {}) == {"": 9}


@given(st.decimals(0, 10**6, places=10), USAGES, st.integers(1, 30))
def test_no_fraction_of_a_tenants_cost_is_lost_between_its_tiers(
    cost: Decimal, usage: MonthUsage, days: int
):
    assert exact_sum(cost_by_tier(cost, usage, {"basic": days}).values()) == cost


def test_margins_by_tier_add_up_all_tenants():
    found = margins_by_tier(
        [{"basic": Decimal(10)}, {"basic": Decimal(5), "premium": Decimal(100)}],
        [{"basic": Decimal(3)}, {"": Decimal(1)}],
    )
    assert found == {
        "": Margin(Decimal(0), Decimal(1)),
        "basic": Margin(Decimal(15), Decimal(3)),
        "premium": Margin(Decimal(100), Decimal(0)),
    }
