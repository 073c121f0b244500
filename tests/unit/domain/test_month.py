"""Months as they are billed: UTC, written 2026-11."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.month import bounds_of, checked_month, days_of, in_words, month_of, next_month


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "0000-05", "٢٠٢٦-11"],
)
def test_what_is_no_month_is_refused_with_how_to_write_one(text: str):
    with pytest.raises(Invalid, match="is no month: write it as 2026-11"):
        checked_month(text)


def test_a_month_whose_end_no_calendar_knows_is_refused_with_the_latest_one():
    with pytest.raises(Invalid, match="'9999-12' is too far ahead: name 9999-11 at the latest"):
        checked_month("9999-12")
    assert in_words("9999-11") == "November 9999"
    assert bounds_of("9999-11")[1] == datetime(9999, 12, 1, tzinfo=UTC)


def test_a_moment_lies_in_the_month_it_has_in_utc():
    late = datetime(2026, 11, 30, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert month_of(late) == "2026-12"


def test_december_ends_where_the_year_does():
    assert days_of("2026-12").until == date(2027, 1, 1)
    assert next_month("2026-12") == "2027-01"
    assert bounds_of("2026-12")[1] == datetime(2027, 1, 1, tzinfo=UTC)


@given(st.integers(0, 4_000_000_000))
def test_every_moment_lies_within_its_month_and_no_other(seconds: int):
    at = datetime.fromtimestamp(seconds, UTC)
    since, until = bounds_of(month_of(at))
    assert since <= at < until
    assert bounds_of(next_month(month_of(at)))[0] == until


def test_a_month_reads_as_people_say_it():
    assert in_words("2026-11") == "November 2026"
