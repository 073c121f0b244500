"""Simulated time passes from one thing due to the next."""

from benchmarks.simulated.clock import SimulatedTime


def test_things_happen_when_they_are_due_and_in_the_order_they_were_planned():
    time, happened = SimulatedTime(), []
    time.at(5, lambda: happened.append(("later", time.now_s)))
    time.at(1, lambda: happened.append(("sooner", time.now_s)))
    time.at(5, lambda: happened.append(("last", time.now_s)))
    time.run()
    assert happened == [("sooner", 1), ("later", 5), ("last", 5)]


def test_what_is_due_during_a_wait_happens_after_it():
    time, happened = SimulatedTime(), []
    time.at(1, lambda: time.wait(10))
    time.at(2, lambda: happened.append(time.now_s))
    time.run()
    assert happened == [11]


def test_a_schedule_ends_when_all_is_over():
    time, happened = SimulatedTime(), []
    time.every(60, lambda: happened.append(time.now_s), until=lambda: time.now_s >= 180)
    time.run()
    assert happened == [60, 120]
