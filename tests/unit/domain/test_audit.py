"""What is remembered of an intervention, and under which name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from backend.domain.audit import Action, AuditEntry
from tests.unit.values import NOON

ENTRY = AuditEntry(NOON, "Pat", Action.EDIT_TIER, "tier basic", "weight: 1", "weight: 2")


def test_entries_stand_in_the_order_of_their_moments():
    moments = [NOON + timedelta(microseconds=n) for n in (1, 10, 100, 10**6, 10**9)]
    ids = [replace(ENTRY, at=moment).entry_id for moment in moments]
    assert ids == sorted(ids)
    assert ids[0].startswith("2026-05-04T12:00:00.000001+00:00#")


def test_two_interventions_of_one_moment_are_two_and_the_same_one_told_twice_is_one():
    assert replace(ENTRY).entry_id == ENTRY.entry_id
    others = [
        replace(ENTRY, actor="Kim"),
        replace(ENTRY, subject="tier premium"),
        replace(ENTRY, action=Action.PAUSE_TIER),
        replace(ENTRY, after="weight: 3"),
    ]
    assert len({entry.entry_id for entry in [ENTRY, *others]}) == 5


def test_the_day_is_greenwichs_wherever_the_clock_hangs():
    late = datetime(2026, 5, 4, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert replace(ENTRY, at=late).day == "2026-05-05"
    assert replace(ENTRY, at=late).entry_id == replace(ENTRY, at=late.astimezone(UTC)).entry_id
