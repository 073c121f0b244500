"""What a month will have cost is told from its days so far, with a range and what says so."""

import random
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.exact import exact_sum
from backend.domain.month_forecast import MonthForecast, forecast_month

NOVEMBER = date(2026, 11, 1)
DAY = timedelta(days=1)
CENT = Decimal("0.01")
amounts = st.decimals(min_value=0, max_value=10_000, places=6)
days = st.integers(min_value=0, max_value=45)


def costs(first: date, *each: Decimal | str | int) -> dict[date, Decimal]:
    return {first + n * DAY: Decimal(amount) for n, amount in enumerate(each)}


def forecast(daily: dict[date, Decimal], until: date, month: date = NOVEMBER) -> MonthForecast:
    found = forecast_month(daily, month=month, complete_until=until)
    assert found is not None
    return found


def test_without_any_cost_there_is_no_forecast():
    assert forecast_month({}, month=NOVEMBER, complete_until=NOVEMBER + 3 * DAY) is None


def test_a_day_that_is_not_over_is_no_history():
    daily = costs(NOVEMBER, 5)
    assert forecast_month(daily, month=NOVEMBER, complete_until=NOVEMBER) is None


def test_a_month_that_is_over_is_what_it_cost():
    found = forecast(costs(NOVEMBER, *[2] * 40), date(2026, 12, 2))
    assert found.spent == found.expected == found.low == found.high == 60
    assert found.basis == "the month is over"


def test_one_day_is_taken_for_all_and_said_to_be():
    found = forecast(costs(NOVEMBER, 3), NOVEMBER + DAY)
    assert (found.expected, found.low, found.high) == (90, 3 + Decimal("43.5"), 3 + 174)
    assert found.basis == "the only full day so far"


def test_on_the_last_day_only_that_day_is_to_come():
    daily = costs(NOVEMBER, *[2] * 29, "0.5")
    found = forecast(daily, date(2026, 11, 30))
    assert (found.spent, found.expected) == (Decimal("58.5"), 60)


def test_on_the_first_day_the_month_before_tells():
    daily = costs(date(2026, 10, 1), *[4] * 31)
    found = forecast(daily, date(2026, 10, 31))
    assert (found.month, found.spent, found.expected) == ("2026-11", 0, 120)


def test_a_credit_is_taken_off_and_not_expected_again():
    daily = costs(NOVEMBER, 2, 2, -100, 2, 2)
    found = forecast(daily, NOVEMBER + 5 * DAY)
    assert (found.spent, found.expected) == (-92, -92 + 50)
    assert "4 full days" in found.basis


def test_a_month_of_credits_alone_has_nothing_to_go_by():
    daily = costs(NOVEMBER, -1, -1)
    assert forecast_month(daily, month=NOVEMBER, complete_until=NOVEMBER + 2 * DAY) is None


def test_a_credit_on_a_day_to_come_does_not_hide_its_usage():
    daily = costs(NOVEMBER, *[1] * 28) | {date(2026, 11, 29): Decimal(-5)}
    assert forecast(daily, date(2026, 11, 29)).expected == 28 - 5 + 2


def test_weekends_that_are_quiet_are_expected_to_stay_so():
    first = date(2026, 10, 5)  # a Monday
    daily = {
        first + n * DAY: Decimal(0 if (first + n * DAY).weekday() > 4 else 10) for n in range(28)
    }
    found = forecast(daily, date(2026, 11, 2), NOVEMBER)
    assert found.expected == found.low == found.high == 21 * 10
    assert found.basis == "the mean of each weekday in the last 28 full days"


def test_days_without_a_record_cost_nothing():
    daily = costs(NOVEMBER, 10) | costs(NOVEMBER + 9 * DAY, 10)
    assert forecast(daily, NOVEMBER + 10 * DAY).expected == 20 + 20 * 2


def test_what_is_known_of_a_day_to_come_counts_at_least():
    daily = costs(NOVEMBER, 2, 2, 2, 50)
    assert forecast(daily, NOVEMBER + 3 * DAY).expected == 6 + 50 + 26 * 2


def test_four_months_of_five_end_within_the_range():
    draw = random.Random(4)
    within = 0
    for _ in range(400):
        daily = {
            date(2026, 10, 1) + n * DAY: Decimal(round(max(0.0, draw.gauss(20, 8)), 4))
            for n in range(61)
        }
        known = {day: amount for day, amount in daily.items() if day < date(2026, 11, 11)}
        found = forecast(known, date(2026, 11, 11))
        month = exact_sum(amount for day, amount in daily.items() if day >= NOVEMBER)
        within += found.low <= month <= found.high
    assert 0.75 < within / 400 < 0.9


def test_a_single_day_to_come_is_as_unsure_as_its_weekdays_mean():
    first = date(2026, 11, 2)  # a Monday, as the 30th is
    swinging = [9, 11, 9, 11]
    daily = {first + n * DAY: Decimal(swinging[n // 7]) for n in range(28)}
    found = forecast(daily, date(2026, 11, 30))
    assert found.expected - found.spent == 10
    error = (28 / 21 * (1 + 1 / 4)) ** 0.5
    assert abs(float(found.high - found.expected) - 1.28 * error) < 0.001


@given(amount=st.decimals(min_value=0, max_value=10_000, places=13), seen=st.integers(1, 60))
def test_a_constant_cost_is_forecast_exactly(amount: Decimal, seen: int):
    first = date(2026, 10, 1)
    until = first + seen * DAY
    daily = {first + n * DAY: amount for n in range(seen)}
    month = date(2026, 11, 1) if until > NOVEMBER else first
    length = 30 if month == NOVEMBER else 31
    assert forecast(daily, until, month).expected == amount * length


@given(st.dictionaries(days.map(lambda n: NOVEMBER - 15 * DAY + n * DAY), amounts), days)
def test_never_less_than_is_spent_and_always_within_its_range(
    daily: dict[date, Decimal], passed: int
):
    until = NOVEMBER - 14 * DAY + passed * DAY
    found = forecast_month(daily, month=NOVEMBER, complete_until=until)
    if found is not None:
        assert found.spent <= found.low <= found.expected <= found.high


@given(st.dictionaries(days.map(lambda n: NOVEMBER - 15 * DAY + n * DAY), amounts, min_size=1))
def test_twice_the_cost_is_twice_the_forecast(daily: dict[date, Decimal]):
    until = NOVEMBER + 10 * DAY
    once = forecast_month(daily, month=NOVEMBER, complete_until=until)
    twice = forecast_month(
        {day: 2 * amount for day, amount in daily.items()}, month=NOVEMBER, complete_until=until
    )
    assert (once is None) == (twice is None)
    if once is not None and twice is not None:
        assert abs(twice.expected - 2 * once.expected) <= Decimal("1E-9")
