"""Responsible for: what tiers share, and what a sweep has mended, each in one line."""

from dataclasses import replace
from datetime import timedelta

from backend.domain.sweep_report import SweepReport
from portal import queue_card, session
from tests.unit.portal.builders import board, line


def test_the_capacity_is_one_line() -> None:
    told = queue_card.capacity(board(0, 0, 0, running=1))
    assert told == (
        "**3 of 14 slots running, 11 free** · account limit 20 · lending on · reserve 0"
    )


def test_strict_quotas_have_no_reserve_and_interrupted_starts_stand_out() -> None:
    told = queue_card.capacity(board(0, 0, 0, lending=False, half_started=1))
    assert "lending off" in told
    assert "reserve" not in told
    assert ":orange[1 start interrupted]" in told


def test_who_stands_aside_is_counted_beside_the_line() -> None:
    assert queue_card.in_line(line(waiting=3)) == "**Next in basic** :gray[· 3 in line]"
    aside = replace(line(), parked=5)
    assert queue_card.in_line(aside) == "**Next in basic** :gray[· 0 in line, 5 aside]"


def test_a_sweep_tells_what_it_has_mended() -> None:
    at = session.now() - timedelta(minutes=2)
    assert queue_card.swept(SweepReport(at, slots=14)) == (
        "Last sweep 2 min ago: 14 slots looked at, nothing to mend."
    )
    assert queue_card.swept(SweepReport(at, slots=1, resumed=1, ended=2)) == (
        "Last sweep 2 min ago: 1 slot looked at, 1 cut-off start resumed, 2 unseen end recorded."
    )


def test_before_the_first_sweep_the_page_says_so() -> None:
    assert queue_card.swept(None).startswith("No sweep yet")
