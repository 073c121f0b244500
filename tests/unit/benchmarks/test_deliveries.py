"""Events on their way: late, twice, never, and again when nobody dealt with them."""

import random
from typing import Any

from benchmarks.crashes.deliveries import Deliveries

LATER, MUCH_LATER = 10.0, 100.0


def deliveries(**chances: float) -> Deliveries:
    return Deliveries(random.Random(1), **chances)


def taken(deliveries: Deliveries, now: float, kind: str = "end") -> list[Any]:
    found = []
    while (one := deliveries.take(kind, now)) is not None:
        deliveries.done(one.number)
        found.append(one.body["n"])
    return found


def offer(deliveries: Deliveries, times: int, kind: str = "end") -> None:
    for n in range(times):
        deliveries.offer(kind, {"n": n}, 0.0)


def test_every_event_arrives_once_in_fair_weather() -> None:
    fair = deliveries()
    offer(fair, 50)
    assert sorted(taken(fair, LATER)) == list(range(50))
    assert fair.pending("end") == 0


def test_an_event_is_not_there_before_its_time() -> None:
    fair = deliveries()
    offer(fair, 50)
    early = taken(fair, 0.02)
    assert 0 < len(early) < 50
    assert len(taken(fair, LATER)) == 50 - len(early)


def test_late_events_are_overtaken() -> None:
    fair = deliveries()
    offer(fair, 200)
    in_order = taken(fair, LATER)
    assert in_order != sorted(in_order)


def test_kinds_do_not_mix() -> None:
    fair = deliveries()
    offer(fair, 3, "start")
    assert taken(fair, LATER, "end") == []
    assert sorted(taken(fair, LATER, "start")) == [0, 1, 2]


def test_some_events_come_twice_and_are_counted() -> None:
    doubling = deliveries(duplicates=0.5)
    offer(doubling, 100)
    arrived = taken(doubling, LATER)
    assert len(arrived) == 100 + doubling.counts["duplicates"]
    assert 30 < doubling.counts["duplicates"] < 70


def test_some_events_never_come_and_are_counted() -> None:
    losing = deliveries(losses=0.5)
    offer(losing, 100)
    assert len(taken(losing, LATER)) == 100 - losing.counts["lost_events"]
    assert 30 < losing.counts["lost_events"] < 70


def test_an_event_nobody_dealt_with_comes_again_but_not_for_ever() -> None:
    fair = deliveries()
    offer(fair, 1)
    times = 0
    for now in range(1, 1000, 10):
        times += fair.take("end", float(now)) is not None
    assert times == 3
    assert fair.counts["given_up"] == 1


def test_what_is_taken_is_nobody_elses_meanwhile() -> None:
    fair = deliveries()
    offer(fair, 1)
    assert fair.take("end", 1.0) is not None
    assert fair.take("end", 1.1) is None
    assert fair.pending("end") == 1


def test_dropped_events_do_not_arrive() -> None:
    fair = deliveries()
    offer(fair, 5)
    fair.take("end", 1.0)
    fair.drop()
    assert taken(fair, MUCH_LATER) == []
    assert fair.counts["dropped"] == 5
