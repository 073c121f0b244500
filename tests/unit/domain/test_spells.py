"""How many of a month's days a tenant was in which tier."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.spells import TierSpell, days_by_tier
from tests.unit.values import NOON, tenant

NOVEMBER = "2026-11"


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def spells(*parts: tuple[str, datetime]) -> list[TierSpell]:
    return [TierSpell(tier, since) for tier, since in parts]


def test_a_tenant_who_stays_has_all_the_days():
    assert days_by_tier(spells(("basic", at(3, month=2))), NOVEMBER) == {"basic": 30}


def test_the_day_of_a_change_belongs_to_the_new_tier():
    moved = spells(("basic", at(3, month=2)), ("premium", at(11, 23)))
    assert days_by_tier(moved, NOVEMBER) == {"basic": 10, "premium": 20}


def test_the_day_of_leaving_belongs_to_nobody():
    stayed = spells(("basic", at(3, month=2)))
    assert days_by_tier(stayed, NOVEMBER, left_at=at(11, 23)) == {"basic": 10}
    assert days_by_tier(stayed, "2026-12", left_at=at(11, 23)) == {}


def test_a_tenant_onboarded_in_mid_month_has_the_days_from_then_on():
    assert days_by_tier(spells(("basic", at(16))), NOVEMBER) == {"basic": 15}
    assert days_by_tier(spells(("basic", at(16))), "2026-10") == {}


def test_there_and_back_on_one_day_is_no_change():
    moved = spells(("basic", at(3, month=2)), ("premium", at(11, 9)), ("basic", at(11, 10)))
    assert days_by_tier(moved, NOVEMBER) == {"basic": 30}


def test_a_day_is_utcs_whatever_the_clock_on_the_wall_says():
    evening = datetime(2026, 11, 10, 22, tzinfo=timezone(timedelta(hours=-5)))
    moved = spells(("basic", at(3, month=2)), ("premium", evening))
    assert days_by_tier(moved, NOVEMBER) == {"basic": 10, "premium": 20}


MOMENTS = st.integers(0, 92 * 1440).map(lambda n: at(1, 0, month=10) + timedelta(minutes=n))
MOVES = st.lists(st.tuples(st.sampled_from("abc"), MOMENTS), min_size=1, max_size=8).map(
    lambda moves: spells(*sorted(moves, key=lambda move: move[1]))
)


@given(MOVES, st.none() | MOMENTS)
def test_each_day_is_counted_once_or_not_at_all(moves: list[TierSpell], left_at: datetime | None):
    """Against asking for each day which tier its end lay in."""
    expected: dict[str, int] = {}
    for day in range(1, 31):
        end = at(day, 0) + timedelta(days=1)
        begun = [spell.tier for spell in moves if spell.since < end]
        if begun and (left_at is None or left_at >= end):
            expected[begun[-1]] = expected.get(begun[-1], 0) + 1
    assert days_by_tier(moves, NOVEMBER, left_at=left_at) == expected


def test_a_tenant_remembers_every_tier_it_was_in():
    first = tenant()
    assert first.spells == (TierSpell("basic", NOON),)
    assert first.moved_to("basic", at=at(4)) == first
    back = first.moved_to("premium", at=at(4)).moved_to("basic", at=at(6))
    assert back.tier == "basic"
    assert [spell.tier for spell in back.spells] == ["basic", "premium", "basic"]
