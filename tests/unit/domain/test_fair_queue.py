"""The order within a tier."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.fair_queue import Turn, line_of, place_of, tier_of, turn_of
from tests.unit.values import NOON

tags = st.integers(0, 10**15)


def place(tag: int = 0, tier: str = "basic", rank: int = 3, **also: object) -> str:
    return place_of(tier, rank, tag, **({"requested_at": NOON, "build_id": "b"} | also))  # type: ignore[arg-type]


@given(tags, tags, st.floats(0, 1e6), st.floats(0.01, 100))
def test_a_turn_is_never_before_the_virtual_time_or_the_tenants_own_builds(
    virtual_time: int, finish: int, seconds: float, weight: float
):
    turn = turn_of(
        virtual_time=virtual_time, finish=finish, expected_seconds=seconds, weight=weight
    )
    assert turn.tag == max(virtual_time, finish)
    assert turn.finish > turn.tag


def test_twice_the_weight_is_half_the_cost():
    light = turn_of(virtual_time=0, finish=0, expected_seconds=300, weight=1)
    heavy = turn_of(virtual_time=0, finish=0, expected_seconds=300, weight=2)
    assert (light, heavy) == (Turn(0, 300_000), Turn(0, 150_000))


def test_who_asks_for_much_waits_behind_its_own_builds_and_not_before_others():
    finish, noisy = 0, []
    for _ in range(60):
        turn = turn_of(virtual_time=0, finish=finish, expected_seconds=300, weight=1)
        noisy.append(turn.tag)
        finish = turn.finish
    quiet = turn_of(virtual_time=noisy[2], finish=0, expected_seconds=300, weight=1)
    assert sum(tag < quiet.tag for tag in noisy) == 2


@given(tags, tags)
def test_places_compare_as_their_tags(one: int, other: int):
    if one != other:
        assert (place(one) < place(other)) == (one < other)


def test_of_equal_tags_the_earlier_request_comes_first():
    later = NOON + timedelta(microseconds=1)
    assert place(5, build_id="z") < place(5, requested_at=later, build_id="a")


@given(tags, tags)
def test_the_front_is_before_every_turn_and_the_last_moved_is_first(tag: int, moment: int):
    assert place(moment, front=True) < place(tag)
    assert place(moment + 1, front=True) < place(moment, front=True)


@given(tags, st.booleans())
def test_every_place_of_a_higher_tier_is_before_every_place_of_a_lower(tag: int, front: bool):
    assert place(tag, tier="premium", rank=1) < place(0, front=front)
    assert place(tag, tier="premium", rank=1).startswith(line_of("premium", 1))


def test_a_place_names_its_tier():
    assert tier_of(place(7, tier="standard", rank=2)) == "standard"
