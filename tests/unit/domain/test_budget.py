"""A tenant's budget: how far it is spent, when that is told, and what it stops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.budget import (
    WARNINGS,
    Budget,
    Spending,
    spending_of,
)
from backend.domain.errors import Invalid
from tests.unit.values import NOON, tenant

TEN = Budget(Decimal(10), stops=True)
LATER = NOON + timedelta(hours=1)
NEXT_MONTH = datetime(2026, 6, 1, tzinfo=UTC)
amounts = st.decimals(min_value=0, max_value=30, places=4)


def spent(
    metered: str,
    *,
    billed: str | None = None,
    before: Spending | None = None,
    now: datetime = NOON,
    budget: Budget = TEN,
) -> Spending:
    known = None if billed is None else Decimal(billed)
    return spending_of(budget, before, metered=Decimal(metered), billed=known, now=now)


@pytest.mark.parametrize(
    ("monthly", "sentence"),
    [
        ("0", "give more than 0, leave it empty for no budget, or pause the tenant"),
        ("-5", "A budget of -5 dollars is none"),
        ("0.001", "has parts of a cent: give whole cents"),
        ("1000000000.01", "is too large: give 1,000,000,000 at most"),
    ],
)
@pytest.mark.parametrize("stops", [True, False])
def test_a_budget_that_makes_no_sense_is_refused_with_the_remedy(
    monthly: str, sentence: str, stops: bool
):
    with pytest.raises(Invalid, match=sentence):
        Budget(Decimal(monthly), stops).checked()


def test_a_budget_says_what_it_does():
    assert str(TEN.checked()) == "$10.00 a month, then no build starts"
    assert str(Budget(Decimal("1234.5")).checked()) == "$1,234.50 a month"


@pytest.mark.parametrize(
    ("amount", "reached"),
    [("0", 0), ("4.9999", 0), ("5", 50), ("7.99", 50), ("8", 80), ("9.9999", 80), ("10", 100)],
)
def test_warnings_are_at_half_at_four_fifths_and_at_the_whole(amount: str, reached: int):
    assert spent(amount).reached == reached


def test_a_bill_that_lags_hides_nothing():
    assert spent("9", billed="2").amount == 9
    assert spent("2", billed="9").amount == 9


def test_a_bill_once_read_is_remembered_for_its_month_alone():
    may = spent("2", billed="9")
    assert spent("3", before=may, now=LATER).amount == 9
    june = spent("1", before=may, now=NEXT_MONTH)
    assert (june.month, june.amount, june.billed, june.reached) == ("2026-06", 1, 0, 0)


def test_a_bill_that_was_corrected_counts_as_it_is_now():
    assert spent("2", billed="3", before=spent("2", billed="9")).amount == 3


def test_when_a_warning_was_reached_stays_known():
    first = spent("8.5")
    assert (first.reached, first.reached_at) == (80, NOON)
    assert spent("9", before=first, now=LATER).reached_at == NOON
    assert spent("11", before=first, now=LATER).reached_at == LATER
    assert spent("1", before=first, now=LATER).reached_at is None
    assert spent("9", before=replace(first, month="2026-04"), now=LATER).reached_at == LATER


def test_only_this_months_spending_counts():
    may = replace(tenant(), budget=TEN, spending=spent("12.4"))
    assert may.kept_from_starting(0, month="2026-05") == "over budget: $12.40 of $10.00 in May"
    assert may.kept_from_starting(0, month="2026-06") is None
    assert (may.spent("2026-05"), may.spent("2026-06")) == (Decimal("12.4"), 0)


def test_a_raised_budget_lets_builds_start_before_anything_is_reckoned_anew():
    raised = replace(tenant(), budget=Budget(Decimal(20), stops=True), spending=spent("12.4"))
    assert raised.kept_from_starting(0, month="2026-05") is None


def test_a_budget_nothing_is_known_of_stops_nothing():
    assert replace(tenant(), budget=TEN).kept_from_starting(0, month="2026-05") is None


def test_spending_without_a_budget_stops_nothing():
    assert replace(tenant(), spending=spent("99")).kept_from_starting(0, month="2026-05") is None


def test_a_pause_is_told_before_the_budget():
    paused = replace(tenant(), budget=TEN, spending=spent("12"), paused=True)
    assert paused.kept_from_starting(0, month="2026-05") == "paused by the provider"


@given(amounts, amounts, amounts)
def test_builds_are_stopped_exactly_when_all_is_spent(
    monthly: Decimal, metered: Decimal, billed: Decimal
):
    budget = Budget(monthly + Decimal("0.01"), stops=True)
    spending = spending_of(budget, None, metered=metered, billed=billed, now=NOON)
    assert spending.amount == max(metered, billed)
    assert spending.reached in (0, *WARNINGS)
    over = replace(tenant(), budget=budget, spending=spending).over_budget("2026-05")
    assert (over is not None) == (spending.reached == 100)
