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
from backend.domain.build import Build, BuildState
from backend.domain.errors import Invalid
from backend.domain.meter_reading import Metered, MeteredStep
from backend.domain.price_book import Price
from tests.unit.values import NOON, tenant, waiting_build

TEN = Budget(Decimal(10), stops=True)
LATER = NOON + timedelta(hours=1)
NEXT_MONTH = datetime(2026, 6, 1, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
amounts = st.decimals(min_value=0, max_value=30, places=4)


def cost(amount: str | Decimal, *, at: datetime = NOON, number: int = 0) -> Build:
    """A build that ended at a moment and cost so much by the meter; its number tells it apart."""
    step = MeteredStep("Train", 60, Price(Decimal(1), "a list"), Decimal(amount))
    build = waiting_build().starting(0).ended(BuildState.FAILED, at=at, metered=Metered((step,)))
    return replace(build, build_id=f"b{number}")


def spent(
    metered: str,
    *,
    billed: str | None = None,
    before: Spending | None = None,
    now: datetime = NOON,
    budget: Budget = TEN,
) -> Spending:
    known = None if billed is None else Decimal(billed)
    return spending_of(budget, before, shown=[cost(metered, at=now)], billed=known, now=now)


def reckoned(
    *shown: Build, ended: Build | None = None, before: Spending | None = None, now: datetime = NOON
) -> Spending:
    """As builds end: what the index shows, and which build has just ended."""
    return spending_of(TEN, before, shown=shown, ended=ended, billed=None, now=now)


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


def test_two_builds_that_the_index_does_not_show_yet_are_both_spent():
    old, a, b = cost("4", at=NOON - AN_HOUR), cost("7", number=1), cost("1", number=2)
    first = reckoned(old, ended=a)
    second = reckoned(old, ended=b, before=first)
    assert (first.amount, second.amount) == (11, 12)
    assert {each.build_id for each in second.last_ended} == {"b1", "b2"}


def test_what_one_copy_of_the_index_has_shown_is_not_forgotten_when_another_does_not_show_it():
    a, b = cost("7", number=1), cost("4", number=2)
    for shown in (reckoned(a), reckoned(a, before=reckoned(ended=a))):
        assert reckoned(ended=b, before=shown).amount == 11


def test_what_was_spent_stays_so_though_its_builds_are_shown_no_more():
    spent_then = reckoned(cost("7", at=NOON - AN_HOUR))
    assert spent_then.last_ended == ()
    assert reckoned(before=spent_then).amount == 7


def test_a_build_that_the_index_has_shown_for_an_hour_is_not_remembered_any_longer():
    a, later = cost("7", number=1), NOON + AN_HOUR
    first = reckoned(ended=a)
    assert reckoned(a, before=first, now=later).last_ended == ()
    assert reckoned(a, before=first, now=later).amount == 7
    unseen = reckoned(before=first, now=later)
    assert (unseen.amount, unseen.last_ended) == (7, first.last_ended)


def test_however_much_ends_at_once_few_builds_are_remembered_and_nothing_falls():
    spending = None
    for number in range(60):
        at = NOON + timedelta(seconds=number)
        spending = reckoned(ended=cost("0.1", at=at, number=number), before=spending, now=at)
    assert spending is not None
    assert [each.build_id for each in spending.last_ended] == [f"b{n}" for n in range(10, 60)]
    assert spending.amount == Decimal("5.1")
    seen = [cost("0.1", at=NOON + timedelta(seconds=n), number=n) for n in range(60)]
    assert reckoned(*seen, before=spending, now=LATER).amount == 6


def test_of_too_many_builds_those_the_index_has_shown_are_forgotten_first():
    hidden = reckoned(ended=cost("1"))
    spending = hidden
    seen = []
    for number in range(1, 60):
        at = NOON + timedelta(seconds=number)
        seen.append(cost("0.1", at=at, number=number))
        spending = reckoned(*seen, ended=seen[-1], before=spending, now=at)
    assert hidden.last_ended[0] in spending.last_ended
    assert len(spending.last_ended) == 50


def test_a_build_that_ended_in_another_month_is_not_of_this_one():
    last_month = cost("7", at=datetime(2026, 4, 30, 23, 59, tzinfo=UTC))
    found = reckoned(ended=last_month)
    assert (found.amount, found.last_ended) == (0, ())


def test_who_comes_late_out_of_a_month_that_is_over_leaves_the_new_month_alone():
    june = reckoned(ended=cost("12", at=NEXT_MONTH), now=NEXT_MONTH)
    assert reckoned(ended=cost("1"), before=june, now=NOON) == june


# Dollars, minutes since the end before, and by bits which of the builds before are shown.
ENDS = st.lists(st.tuples(amounts, st.integers(0, 90), st.integers(0, 2**20)), max_size=20)


@given(ENDS)
def test_whatever_an_index_that_settles_in_an_hour_shows_all_that_ended_is_spent(
    ends: list[tuple[Decimal, int, int]],
):
    now, total, builds = NOON, Decimal(0), list[Build]()
    spending = None
    for number, (amount, minutes, bits) in enumerate(ends):
        now += timedelta(minutes=minutes)
        shown = [
            each
            for n, each in enumerate(builds)
            if bits >> n & 1 or (each.ended_at is not None and now - each.ended_at >= AN_HOUR)
        ]
        builds.append(cost(amount, at=now, number=number))
        spending = reckoned(*shown, ended=builds[-1], before=spending, now=now)
        total += amount
        assert spending.metered == total


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
    corrected = spent("1", billed="1", before=spent("1", billed="8.5"), now=LATER)
    assert (corrected.reached, corrected.reached_at) == (0, None)
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
    spending = spending_of(budget, None, shown=[cost(metered)], billed=billed, now=NOON)
    assert spending.amount == max(metered, billed)
    assert spending.reached in (0, *WARNINGS)
    over = replace(tenant(), budget=budget, spending=spending).over_budget("2026-05")
    assert (over is not None) == (spending.reached == 100)
