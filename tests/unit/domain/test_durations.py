"""What past builds tell of builds to come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.build import BuildState
from backend.domain.durations import Run, expected, scaled
from backend.domain.percentile import percentile
from backend.domain.tier import GIB, MIB
from tests.unit.values import NOON


def run(seconds: float = 100, size: int = MIB) -> Run:
    return Run(
        tenant_id="acme",
        build_id="b1",
        tier="basic",
        state=BuildState.SUCCEEDED,
        requested_at=NOON,
        started_at=NOON,
        ended_at=NOON + timedelta(seconds=seconds),
        size=size,
        algorithm="xgboost",
        tuned=False,
    )


def runs(*seconds: float, size: int = MIB) -> list[Run]:
    return [run(each, size) for each in seconds]


sizes = st.integers(min_value=0, max_value=5 * GIB)
past = st.lists(
    st.builds(run, st.floats(min_value=-60, max_value=86_400), sizes), min_size=0, max_size=30
)


def test_builds_of_about_this_size_give_their_median_and_range() -> None:
    found = expected(runs(10, 20, 30, 40, 1000), size=MIB, algorithm="xgboost", tuned=False)
    assert (found.seconds, found.low, round(found.high), found.samples) == (30, 14, 616, 5)
    assert found.basis == "from 5 past builds of about this size"


@pytest.mark.parametrize(("size", "samples"), [(MIB // 2, 3), (2 * MIB, 3), (4 * MIB, 4)])
def test_about_this_size_is_a_factor_of_two(size: int, samples: int) -> None:
    known = [*runs(10, 20, 30), run(500, size=64 * MIB)]
    found = expected(known, size=size, algorithm="xgboost", tuned=False)
    assert found.samples == samples


def test_builds_of_other_sizes_are_scaled() -> None:
    known = runs(100, 100, 100, 100, 100, size=0)
    found = expected(known, size=64 * MIB, algorithm="xgboost", tuned=False)
    assert found.seconds == 200
    assert found.basis == "from 5 past builds of other sizes"


def test_one_past_build_is_not_called_other_when_it_is_alike() -> None:
    found = expected(runs(100), size=MIB, algorithm="xgboost", tuned=False)
    assert (found.seconds, found.low, found.high) == (100, 50, 200)
    assert found.basis == "from 1 past build of about this size"


def test_a_run_lasts_a_second_at_least_whatever_the_clocks_say() -> None:
    found = expected(runs(-5, 0, 0.2), size=MIB, algorithm="xgboost", tuned=False)
    assert (found.seconds, found.low, found.high) == (1, 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        replace(run(), state=BuildState.FAILED),
        replace(run(), state=BuildState.STOPPED),
        replace(run(), state=BuildState.EXECUTING, ended_at=None),
        replace(run(), algorithm="linear"),
        replace(run(), tuned=True),
    ],
)
def test_what_is_not_alike_does_not_count(other: Run) -> None:
    found = expected([other] * 5, size=MIB, algorithm="xgboost", tuned=False)
    assert found.samples == 0
    assert found.basis == "no past builds yet: a first guess"


def test_a_first_guess_knows_size_algorithm_and_tuning() -> None:
    def guess(size: int = MIB, algorithm: str = "xgboost", *, tuned: bool = False) -> float:
        return expected([], size=size, algorithm=algorithm, tuned=tuned).seconds

    assert guess(algorithm="linear") < guess() < guess(tuned=True)
    assert guess() < guess(size=GIB)


@given(past, sizes, st.sampled_from(["xgboost", "linear", "new"]), st.booleans())
def test_an_expectation_is_above_zero_and_within_its_range(
    known: Sequence[Run], size: int, algorithm: str, tuned: bool
) -> None:
    found = expected(known, size=size, algorithm=algorithm, tuned=tuned)
    assert 0 < found.low <= found.seconds <= found.high


@given(st.floats(min_value=1, max_value=86_400), st.integers(3, 20), st.integers(0, 20))
def test_equal_builds_say_the_same_however_many(seconds: float, few: int, more: int) -> None:
    def median(count: int) -> float:
        known = [run(seconds)] * count
        return expected(known, size=MIB, algorithm="xgboost", tuned=False).seconds

    assert median(few) == median(few + more)


@given(past, sizes, st.randoms())
def test_the_order_of_the_past_does_not_matter(known: list[Run], size: int, chance: Random) -> None:
    shuffled = chance.sample(known, len(known))
    assert expected(shuffled, size=size, algorithm="xgboost", tuned=False) == expected(
        known, size=size, algorithm="xgboost", tuned=False
    )


@given(st.floats(min_value=1, max_value=86_400), sizes, sizes)
def test_scaling_grows_with_the_size_and_more_slowly(seconds: float, size: int, more: int) -> None:
    longer = scaled(seconds, size, size + more)
    assert seconds * 0.999 <= longer <= seconds * 1.001 * (size + more + 1) / (size or 1)


@pytest.mark.parametrize(("share", "value"), [(0, 10), (0.25, 15), (0.5, 20), (0.95, 39), (1, 41)])
def test_a_percentile_lies_between_the_two_closest(share: float, value: float) -> None:
    assert percentile([41, 10, 15, 31, 20], share) == pytest.approx(value)
