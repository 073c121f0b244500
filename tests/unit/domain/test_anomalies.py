"""A day of cost that is out of the ordinary is found; what is usual for a service is left alone."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.anomalies import Anomaly, Kind, Sensitivity, anomalies

FIRST = date(2026, 9, 7)  # a Monday
DAY = timedelta(days=1)
Draw = Callable[[random.Random, int], float]


def steady(draw: random.Random, _: int) -> float:
    return draw.gauss(20, 2)


def quiet_weekends(draw: random.Random, day: int) -> float:
    return draw.gauss(20, 2) * (0.1 if day % 7 > 4 else 1)


def a_build_now_and_then(draw: random.Random, _: int) -> float:
    return draw.uniform(3, 9) if draw.random() < 0.4 else 0.0


def many_builds(draw: random.Random, _: int) -> float:
    return sum(draw.uniform(0.5, 2) for _ in range(draw.randrange(8)))


SHAPES = [steady, quiet_weekends, a_build_now_and_then, many_builds]


def costs(shape: Draw, *, days: int = 57, seed: int = 1) -> dict[date, Decimal]:
    draw = random.Random(seed)
    each = [round(max(0.0, shape(draw, day)), 4) for day in range(days)]
    return {FIRST + day * DAY: Decimal(str(amount)) for day, amount in enumerate(each) if amount}


def constant(amount: int | str, days: int = 57) -> dict[date, Decimal]:
    return {FIRST + day * DAY: Decimal(amount) for day in range(days)}


def found(
    daily: dict[date, Decimal],
    *,
    since: int = 28,
    until: int = 57,
    complete: int = 57,
    **more: dict,
) -> list[Anomaly]:
    series = {("acme", "SageMaker"): daily, **{(name, "S3"): each for name, each in more.items()}}
    return anomalies(
        series,
        since=FIRST + since * DAY,
        until=FIRST + until * DAY,
        complete_until=FIRST + complete * DAY,
    )


def test_without_cost_nothing_is_out_of_the_ordinary():
    assert found({}) == []
    assert found(constant(0)) == []


def test_less_than_a_week_of_history_is_not_judged():
    daily = constant(10, days=7) | {FIRST + 6 * DAY: Decimal(500)}
    assert found(daily, since=0, until=7, complete=7) == []
    daily = constant(10, days=8) | {FIRST + 7 * DAY: Decimal(500)}
    assert len(found(daily, since=0, until=8, complete=8)) == 1


def test_an_anomaly_names_the_tenant_the_service_and_what_was_expected():
    daily = constant("10.25") | {FIRST + 40 * DAY: Decimal("50.5")}
    assert found(daily) == [
        Anomaly(
            FIRST + 40 * DAY,
            "acme",
            "SageMaker",
            Kind.HIGH,
            Decimal("50.5"),
            expected=Decimal("10.25"),
            threshold=Decimal("20.5"),
        )
    ]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(5))
def test_a_planted_day_is_found_whatever_the_usual_looks_like(shape: Draw, seed: int):
    daily = costs(shape, seed=seed)
    planted = FIRST + (30 + 4 * seed) * DAY
    daily[planted] = 6 * max(daily.values())
    assert [(one.day, one.kind) for one in found(daily)] == [(planted, Kind.HIGH)]


@pytest.mark.parametrize("shape", SHAPES)
def test_noise_alone_is_hardly_ever_called_an_anomaly(shape: Draw):
    alarms = sum(len(found(costs(shape, seed=seed))) for seed in range(100))
    assert alarms <= 2  # of 2,900 days


def test_the_busy_day_of_a_week_is_usual_and_a_quiet_weekend_that_was_busy_is_not():
    daily = costs(quiet_weekends)
    saturday = FIRST + 47 * DAY
    daily[saturday] = Decimal(20)
    assert saturday.weekday() == 5
    assert [one.day for one in found(daily)] == [saturday]
    assert found(daily)[0].expected < 3


def test_one_anomaly_does_not_hide_the_next():
    daily = constant(10) | {FIRST + 35 * DAY: Decimal(90), FIRST + 45 * DAY: Decimal(60)}
    assert [one.day for one in found(daily)] == [FIRST + 45 * DAY, FIRST + 35 * DAY]


def test_a_new_level_is_told_twice_and_then_usual():
    daily = constant(10) | {FIRST + day * DAY: Decimal(40) for day in range(35, 57)}
    assert [one.day for one in found(daily)] == [FIRST + 36 * DAY, FIRST + 35 * DAY]


def test_a_steady_cost_that_fails_to_come_is_low():
    daily = constant(10)
    del daily[FIRST + 50 * DAY]
    [anomaly] = found(daily)
    assert (anomaly.kind, anomaly.amount, anomaly.expected) == (Kind.LOW, 0, 10)


def test_a_day_still_growing_is_never_too_low_but_may_be_too_high():
    assert found(constant(10) | {FIRST + 56 * DAY: Decimal(1)}, complete=56) == []
    daily = constant(10) | {FIRST + 55 * DAY: Decimal(1), FIRST + 56 * DAY: Decimal(90)}
    assert [one.kind for one in found(daily, complete=55)] == [Kind.HIGH]


def test_days_still_growing_measure_nothing():
    daily = constant(10, days=7) | {FIRST + day * DAY: Decimal(1) for day in range(7, 15)}
    daily[FIRST + 15 * DAY] = Decimal(25)
    [anomaly] = found(daily, since=15, until=16, complete=7)
    assert anomaly.expected == 10


def test_a_cent_more_is_no_anomaly():
    assert found(constant("0.01") | {FIRST + 40 * DAY: Decimal("0.9")}) == []


def test_a_service_that_begins_is_new_and_then_left_alone_for_a_week():
    begins = {FIRST + day * DAY: Decimal(day) for day in range(40, 57)}
    [anomaly] = found(constant(10), late=begins)
    assert (anomaly.tenant_id, anomaly.service, anomaly.kind) == ("late", "S3", Kind.NEW)
    assert (anomaly.day, anomaly.amount, anomaly.expected) == (FIRST + 40 * DAY, 40, 0)


def test_nothing_is_new_where_nothing_is_known_before():
    assert found(constant(10), since=0) == []
    assert found(constant(10), since=0, soon={FIRST + 3 * DAY: Decimal(50)}) == []


def test_what_comes_again_after_four_weeks_is_new_again():
    daily = {FIRST: Decimal(5), FIRST + 2 * DAY: Decimal(5), FIRST + 45 * DAY: Decimal(6)}
    assert [(one.day, one.kind) for one in found(daily)] == [(FIRST + 45 * DAY, Kind.NEW)]


def test_a_credit_is_low():
    [anomaly] = found(constant(10) | {FIRST + 40 * DAY: Decimal(-30)})
    assert (anomaly.kind, anomaly.amount) == (Kind.LOW, -30)


def test_a_provider_may_ask_for_more_or_less():
    daily = constant(10) | {FIRST + 40 * DAY: Decimal(16)}
    assert found(daily) == []
    eager = Sensitivity(times=Decimal("1.5"))
    told = anomalies(
        {("acme", "S3"): daily},
        since=FIRST,
        until=FIRST + 57 * DAY,
        complete_until=FIRST + 57 * DAY,
        sensitivity=eager,
    )
    assert [one.threshold for one in told] == [15]


@given(
    amounts=st.lists(st.integers(0, 30).map(Decimal), min_size=57, max_size=57),
    factor=st.integers(1, 50),
)
def test_an_anomaly_lies_beyond_its_threshold_and_by_the_floor_at_least(
    amounts: list[Decimal], factor: int
):
    daily = {FIRST + day * DAY: factor * amount for day, amount in enumerate(amounts)}
    for one in found(daily):
        assert (
            one.amount > one.threshold if one.kind is not Kind.LOW else one.amount < one.threshold
        )
        assert abs(one.amount - one.expected) >= 1


def test_a_thousand_tenants_of_three_services_are_judged_within_a_second():
    kept = [costs(shape, seed=seed) for seed in range(10) for shape in SHAPES[:3]]
    series = {(f"tenant-{n}", f"service-{n % 3}"): kept[n % 30] for n in range(3000)}
    began = time.process_time()
    anomalies(
        series,
        since=FIRST + 28 * DAY,
        until=FIRST + 57 * DAY,
        complete_until=FIRST + 56 * DAY,
    )
    assert time.process_time() - began < 2  # one, on a machine that does nothing else
