"""Which days a period of cost is, whenever it is looked at."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cost_filters import Period

DAY = timedelta(days=1)
DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("period", "since"),
    [
        (Period.WEEK, date(2026, 12, 26)),
        (Period.THIRTY, date(2026, 12, 3)),
        (Period.QUARTER, date(2026, 10, 4)),
        (Period.YEAR, date(2026, 1, 2)),
        (Period.THIS_MONTH, date(2027, 1, 1)),
    ],
)
def test_on_new_years_day_a_period_reaches_back_into_the_old_year_up_to_and_with_today(
    period: Period, since: date
) -> None:
    assert period.days(date(2027, 1, 1)) == (since, date(2027, 1, 2))


def test_in_january_the_last_month_is_the_old_years_december() -> None:
    for day in (1, 31):
        assert Period.LAST_MONTH.days(date(2027, 1, day)) == (date(2026, 12, 1), date(2027, 1, 1))


def test_on_the_first_of_march_the_last_month_is_february_and_its_leap_day() -> None:
    assert Period.LAST_MONTH.days(date(2028, 3, 1)) == (date(2028, 2, 1), date(2028, 3, 1))
    assert Period.THIS_MONTH.days(date(2028, 3, 1)) == (date(2028, 3, 1), date(2028, 3, 2))


def test_on_the_last_of_december_this_month_ends_with_the_year() -> None:
    assert Period.THIS_MONTH.days(date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))


@given(DAYS)
def test_a_period_named_by_its_days_has_so_many_with_today_as_the_last(today: date) -> None:
    for period in (Period.WEEK, Period.THIRTY, Period.QUARTER, Period.YEAR):
        since, until = period.days(today)
        assert f"{(until - since).days} days" == period
        assert until - DAY == today


@given(DAYS)
def test_the_last_month_ends_where_this_one_begins(today: date) -> None:
    since, until = Period.LAST_MONTH.days(today)
    this, after = Period.THIS_MONTH.days(today)
    assert until == this
    assert since.day == this.day == 1
    assert this <= today < after
    assert (until - DAY).replace(day=1) == since
