"""Plans by tier and month: what is refused, and which one holds when."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid, NotFound
from backend.domain.plan import DEFAULT_PLANS, Plan
from backend.domain.plan_book import PlanBook
from backend.domain.rates import Band, Rate
from backend.domain.rounding import Rounding
from backend.domain.tier import TIERS

NOW = datetime(2026, 11, 25, 7, tzinfo=UTC)
BASIC = DEFAULT_PLANS[0]
BOOK = PlanBook(DEFAULT_PLANS)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"since": "November"}, "'November' is no month"),
        ({"currency": "EUR"}, "is in 'EUR': cost is known in USD alone"),
        ({"monthly_fee": Decimal(-1)}, "monthly fee is -1: give 0 or more"),
        ({"monthly_fee": Decimal("9.999")}, "monthly fee is 9.999: give whole cents"),
        ({"minimum_spend": Decimal("NaN")}, "minimum spend is NaN"),
        ({"included_minutes": -1}, "includes -1 minutes: give 0 to"),
        ({"included_builds": 10**10}, "includes 10000000000 builds"),
        ({"minute_rate": Rate(bands=(Band(Decimal(5)),))}, "rate of build minutes leaves a gap"),
        ({"build_rate": Rate.per_unit("-2")}, "rate of builds: the price in band 1 is -2"),
    ],
)
def test_a_plan_that_no_bill_can_follow_is_refused_with_the_remedy(
    changes: dict[str, Any], sentence: str
):
    with pytest.raises(Invalid, match=sentence):
        replace(BASIC, **changes).checked()


def test_a_tier_without_a_plan_says_where_to_add_one():
    with pytest.raises(NotFound, match="'gold' has no plan for November 2026: add one"):
        BOOK.of("gold", "2026-11")
    assert not BOOK.has("gold", "2026-11")


def test_the_shipped_plans_make_sense_for_every_shipped_tier():
    assert {plan.tier for plan in DEFAULT_PLANS} == {tier.name for tier in TIERS}
    for plan in DEFAULT_PLANS:
        assert BOOK.of(plan.checked().tier, "2020-01") == plan


def test_a_change_holds_from_its_month_on_and_what_was_before_stays():
    dearer = replace(BASIC, since="2027-01", monthly_fee=Decimal(39))
    book = BOOK.planned(dearer, now=NOW)
    assert book.of("basic", "2026-12") == BASIC
    assert book.of("basic", "2027-01") == book.of("basic", "2027-09") == dearer
    assert book.history("basic") == (BASIC, dearer)
    assert (BOOK.revision, book.revision) == (0, 1)


def test_a_second_plan_for_the_same_month_takes_the_firsts_place():
    first = replace(BASIC, since="2026-12", monthly_fee=Decimal(39))
    second = replace(first, monthly_fee=Decimal(35))
    book = BOOK.planned(first, now=NOW).planned(second, now=NOW)
    assert book.history("basic") == (BASIC, second)


@pytest.mark.parametrize("since", ["", "2026-10", "2025-12"])
def test_a_month_that_is_over_keeps_its_plan(since: str):
    with pytest.raises(Invalid, match="which is over: let it hold from November 2026 or later"):
        BOOK.planned(replace(BASIC, since=since), now=NOW)


def test_the_open_month_may_still_change():
    now_dearer = replace(BASIC, since="2026-11", monthly_fee=Decimal(39))
    assert BOOK.planned(now_dearer, now=NOW).of("basic", "2026-11") == now_dearer


@pytest.mark.parametrize(
    ("rounding", "amount", "cents"),
    [
        (Rounding.HALF_EVEN, "0.125", "0.12"),
        (Rounding.HALF_EVEN, "0.135", "0.14"),
        (Rounding.HALF_UP, "0.125", "0.13"),
        (Rounding.HALF_UP, "0.1249999", "0.12"),
    ],
)
def test_half_a_cent_goes_where_the_plan_says(rounding: Rounding, amount: str, cents: str):
    assert rounding.to_cents(Fraction(amount)) == Decimal(cents)


@given(st.fractions(0, 10**9), st.sampled_from(Rounding))
def test_rounding_moves_an_amount_by_half_a_cent_at_most(amount: Fraction, rounding: Rounding):
    cents = rounding.to_cents(amount)
    assert abs(Fraction(cents) - amount) <= Fraction(1, 200)
    assert cents.as_tuple().exponent == -2
    assert "to the nearest cent" in rounding.words


def test_a_plan_names_the_month_it_has_held_from():
    assert BASIC.since_words == "the beginning"
    assert Plan("basic", "2026-11").since_words == "November 2026"
