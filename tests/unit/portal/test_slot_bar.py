"""Responsible for: a glance tells whose slots a tier uses, and the words beside it say the same."""

import pytest

from portal import slot_bar
from portal.charts import Palette
from tests.unit.portal.builders import line

PALETTE = Palette(series=("#111111", "#222222", "#333333"), neutral="#999999", bad="#ff0000")


@pytest.mark.parametrize(
    ("running", "lent", "words"),
    [
        (0, 0, "0 of 2 own"),
        (2, 0, "2 of 2 own"),
        (3, 0, "2 of 2 own, 1 borrowed"),
        (1, 1, "1 of 2 own, 1 lent"),
    ],
)
def test_own_borrowed_and_lent_are_told_apart(running: int, lent: int, words: str) -> None:
    shown = line(limit=2, running=running, lent=lent)
    assert slot_bar.in_words(shown) == words
    assert f'aria-label="{words}"' in slot_bar.drawn(shown, PALETTE)


def test_each_slot_is_a_piece_and_none_is_counted_twice() -> None:
    shown = line(limit=4, running=1, lent=2)
    assert slot_bar.slots(shown) == {"own": 1, "borrowed": 0, "lent": 2, "idle": 1}
    assert slot_bar.drawn(shown, PALETTE).count("<span") == 4


def test_a_limit_lowered_under_what_runs_leaves_no_idle_slot() -> None:
    shown = line(limit=1, running=3)
    assert slot_bar.slots(shown) == {"own": 1, "borrowed": 2, "lent": 0, "idle": 0}


def test_more_slots_than_can_be_counted_become_one_piece_a_kind() -> None:
    drawn = slot_bar.drawn(line(limit=40, running=10), PALETTE)
    assert drawn.count("<span") == 2
    assert "flex:10;" in drawn
    assert "flex:30;" in drawn
