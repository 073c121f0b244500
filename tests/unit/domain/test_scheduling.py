"""Who starts next."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.scheduling import Slot, assignments, free_numbers
from backend.domain.tier import TIERS
from tests.unit.values import NOON, waiting_build

BASIC = TIERS[0]


def held(numbers: set[int]) -> list[Slot]:
    return [Slot("basic", number, "acme", f"b{number}", NOON) for number in numbers]


@given(
    limit=st.integers(0, 12),
    numbers=st.sets(st.integers(0, 15)),
    backlog=st.integers(0, 20),
)
def test_no_limit_is_exceeded_and_no_slot_idles_while_builds_wait(
    limit: int, numbers: set[int], backlog: int
):
    tier = replace(BASIC, max_concurrent_builds=limit)
    waiting = [waiting_build(f"uploads/{n}.csv") for n in range(backlog)]
    starts = assignments(tier, held(numbers), waiting)
    assert len(numbers) + len(starts) <= max(limit, len(numbers))
    assert len(starts) == min(backlog, max(0, limit - len(numbers)))
    assert not {number for number, _ in starts} & numbers
    assert [build for _, build in starts] == waiting[: len(starts)]


def test_a_slot_above_a_lowered_limit_still_counts():
    tier = replace(BASIC, max_concurrent_builds=2)
    assert free_numbers(tier, held({5})) == [0]
    assert free_numbers(tier, held({5, 6})) == []
