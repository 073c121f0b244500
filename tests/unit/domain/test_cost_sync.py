"""Which days Cost Explorer is asked for, how often, and what that costs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.cost_sync import QUESTIONS, SyncState, spans_of, to_read
from backend.domain.errors import Unavailable
from backend.domain.month import Days, first_of_month

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def done(
    state: SyncState, now: datetime, *, estimated: list[date], difference: Decimal = Decimal(0)
) -> SyncState:
    """The state after a sync that has read everything up to and with today."""
    until = now.date() + timedelta(days=1)
    return state.read_up_to(until, now, estimated=estimated, difference=difference).synced(now)


def test_the_first_sync_reads_the_open_month_and_twelve_before():
    assert to_read(SyncState(), NOON) == Days(date(2025, 3, 1), date(2026, 3, 11))


def test_the_open_month_is_read_anew_and_no_closed_one():
    state = done(SyncState(), NOON, estimated=[date(2026, 3, 1), date(2026, 3, 10)])
    later = NOON + timedelta(days=4)
    assert to_read(state, later) == Days(date(2026, 3, 1), date(2026, 3, 15))


def test_a_month_is_read_until_none_of_its_days_is_estimated():
    april = datetime(2026, 4, 5, 12, tzinfo=UTC)
    still = done(SyncState(), april, estimated=[date(2026, 3, 30), date(2026, 4, 1)])
    assert to_read(still, april).since == date(2026, 3, 1)
    final = done(still, april, estimated=[date(2026, 4, 1)])
    assert to_read(final, april).since == date(2026, 4, 1)


def test_the_last_days_of_a_month_are_read_again_on_the_first_of_the_next():
    first = datetime(2026, 4, 1, 6, tzinfo=UTC)
    state = done(SyncState(), first, estimated=[date(2026, 4, 1)])
    assert to_read(state, first + timedelta(hours=8)).since == date(2026, 3, 1)


def test_months_that_nobody_synced_are_not_forgotten():
    state = done(SyncState(), NOON, estimated=[date(2026, 3, 1)])
    assert to_read(state, NOON + timedelta(days=60)).since == date(2026, 3, 1)


@given(st.integers(0, 60_000), st.integers(0, 900))
def test_nothing_is_asked_that_cost_explorer_no_longer_holds(hours: int, days: int):
    now = NOON + timedelta(hours=hours)
    state = done(SyncState(), now, estimated=[])
    later = now + timedelta(days=days)
    asked = to_read(state, later)
    assert first_of_month(later.date(), 12) <= asked.since < asked.until
    assert asked.until == later.date() + timedelta(days=1)


def test_requests_of_a_day_are_counted_priced_and_limited():
    state = SyncState()
    for _ in range(6):
        state = state.asking(NOON)
    assert (state.requests_today, state.spent) == (6, Decimal("0.06"))
    with pytest.raises(Unavailable, match=r"asked 6 times on 2026-03-10 .* 6 are allowed a day"):
        state.checked_to_begin(NOON + timedelta(hours=11))
    state.checked_to_begin(NOON + timedelta(hours=11), most=9)
    state.checked_to_begin(NOON + timedelta(hours=12))
    tomorrow = state.asking(NOON + timedelta(hours=12))
    assert (tomorrow.requests_today, tomorrow.requests) == (1, 7)


def test_two_syncs_a_day_fit_and_no_third():
    state = SyncState()
    for _ in range(2):
        state.checked_to_begin(NOON)
        for _ in range(QUESTIONS):
            state = state.asking(NOON)
    with pytest.raises(Unavailable):
        state.checked_to_begin(NOON)


def test_the_days_first_sync_reads_every_page_however_many():
    state = SyncState()
    state.checked_to_begin(NOON, most=1)
    for _ in range(40):
        state = state.asking(NOON)
    assert state.requests_today == 40
    with pytest.raises(Unavailable, match="asked 40 times"):
        state.checked_to_begin(NOON, most=1)


def test_a_sync_that_succeeds_forgets_an_earlier_refusal():
    refused = replace(SyncState(), refused="No figures yet.", difference=Decimal(1))
    after = done(refused, NOON, estimated=[], difference=Decimal("0.0000001"))
    assert (after.refused, after.difference) == ("", Decimal("0.0000001"))


def test_a_year_is_read_a_month_at_a_time_and_the_last_two_at_once():
    spans = spans_of(to_read(SyncState(), NOON))
    assert spans[0] == Days(date(2025, 3, 1), date(2025, 4, 1))
    assert spans[-2] == Days(date(2026, 1, 1), date(2026, 2, 1))
    assert spans[-1] == Days(date(2026, 2, 1), date(2026, 3, 11))
    assert len(spans) == 12


def test_a_month_that_was_read_is_settled_though_those_after_it_are_still_to_come():
    cut_off = SyncState().read_up_to(date(2025, 5, 1), NOON)
    assert cut_off.synced_at is None
    assert to_read(cut_off, NOON).since == date(2025, 5, 1)


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(1, 500))
def test_the_spans_are_the_days_none_twice_and_none_left_out(since: date, length: int):
    days = Days(since, since + timedelta(days=length))
    spans = spans_of(days)
    assert spans[0].since == days.since
    assert spans[-1].until == days.until
    assert all(one.until == other.since for one, other in pairwise(spans))
    assert all(span.since < span.until for span in spans)
