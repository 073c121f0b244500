"""The policies dispatch is compared with start builds as they say."""

from benchmarks.simulated.policies import reference, shortest_first
from benchmarks.simulated.trace import Arrival


def starts(schedule: object) -> dict[str, float]:
    return {run.arrival.tenant: run.start_s for run in schedule}


def arrival(tenant: str, submit_s: float, duration_s: float, tier: str = "basic") -> Arrival:
    return Arrival(submit_s, tenant, tier, duration_s)


def test_the_reference_starts_builds_when_its_timer_runs():
    asked = [arrival("first", 0, 70), arrival("second", 1, 10), arrival("third", 121, 10)]
    schedule = reference(asked, slots_a_tier=1)
    assert starts(schedule) == {"first": 0, "second": 120, "third": 180}


def test_the_reference_lends_no_slot_to_another_tier():
    asked = [arrival("first", 0, 300), arrival("second", 0, 300), arrival("other", 0, 5, "premium")]
    schedule = reference(asked, slots_a_tier=1)
    assert starts(schedule) == {"first": 0, "second": 300, "other": 0}


def test_the_reference_serves_in_the_order_of_arrival_whoever_asks():
    asked = [arrival("later", 5, 1), arrival("noisy", 3, 600), arrival("noisier", 4, 600)]
    assert starts(reference(asked, slots_a_tier=1)) == {"noisy": 60, "noisier": 660, "later": 1260}


def test_the_shortest_waiting_build_takes_the_free_slot():
    asked = [arrival("running", 0, 100), arrival("long", 1, 50), arrival("short", 2, 5, "premium")]
    assert starts(shortest_first(asked, slots=1)) == {"running": 0, "short": 100, "long": 105}


def test_no_build_starts_before_it_is_asked_for_though_slots_were_free_before():
    asked = [arrival("one", 10, 5), arrival("two", 10, 5), arrival("three", 10, 5)]
    assert sorted(starts(shortest_first(asked, slots=2)).values()) == [10, 10, 15]
