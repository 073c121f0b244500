"""How long builds have waited, by tier and half-hour."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.build import BuildState
from backend.domain.durations import Run
from backend.domain.waits import waits_of

NOW = datetime(2026, 5, 4, 12, 10, tzinfo=UTC)


def started(ago: timedelta, *, wait: float, tier: str = "basic") -> Run:
    at = NOW - ago
    return Run(
        tenant_id="acme",
        build_id="b1",
        tier=tier,
        state=BuildState.SUCCEEDED,
        requested_at=at - timedelta(seconds=wait),
        started_at=at,
        size=1000,
        algorithm="xgboost",
        tuned=False,
    )


def test_a_day_is_48_half_hours_and_the_newest_is_the_one_now_lies_in() -> None:
    starts = [bucket.start for bucket in waits_of("basic", [], now=NOW).buckets]
    assert len(starts) == 48
    assert starts[0] == datetime(2026, 5, 3, 12, 30, tzinfo=UTC)
    assert starts[-1] == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_a_bucket_tells_count_median_and_p95() -> None:
    runs = [started(timedelta(minutes=5), wait=wait) for wait in (0, 10, 20, 30, 40)]
    newest = waits_of("basic", runs, now=NOW).buckets[-1]
    assert (newest.started, newest.p50) == (5, 20)
    assert newest.p95 == pytest.approx(38)


def test_a_bucket_without_a_start_says_nothing_rather_than_zero() -> None:
    found = waits_of("basic", [started(timedelta(minutes=5), wait=0)], now=NOW).buckets
    assert (found[-1].p50, found[-1].p95) == (0, 0)
    assert (found[-2].started, found[-2].p50, found[-2].p95) == (0, None, None)


def test_starts_of_the_last_hour_are_counted_whatever_their_bucket() -> None:
    runs = [started(timedelta(minutes=ago), wait=1) for ago in (0, 20, 59, 61)]
    assert waits_of("basic", runs, now=NOW).starts_last_hour == 3


def test_other_tiers_and_builds_that_never_started_do_not_count() -> None:
    other = started(timedelta(0), wait=1, tier="premium")
    never = replace(started(timedelta(0), wait=1), state=BuildState.FAILED, started_at=None)
    found = waits_of("basic", [other, never], now=NOW)
    assert found.starts_last_hour == 0
    assert all(bucket.started == 0 for bucket in found.buckets)


@given(
    st.lists(
        st.builds(
            started, st.timedeltas(timedelta(0), timedelta(hours=30)), wait=st.floats(0, 9000)
        ),
        max_size=20,
    )
)
def test_each_start_of_the_time_seen_is_in_one_bucket(runs: list[Run]) -> None:
    buckets = waits_of("basic", runs, now=NOW).buckets
    first = buckets[0].start
    assert sum(bucket.started for bucket in buckets) == sum(
        run.started_at is not None and run.started_at >= first for run in runs
    )
    for bucket in buckets:
        if bucket.p50 is not None and bucket.p95 is not None:
            assert 0 <= bucket.p50 <= bucket.p95
