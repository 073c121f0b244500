"""The bound lies below every schedule, and not far."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulated.lower_bound import mean_wait_bound
from benchmarks.simulated.policies import reference, shortest_first
from benchmarks.simulated.trace import Arrival
from benchmarks.simulated.workload import noisy_bursts

BUILDS = st.builds(
    Arrival, st.integers(0, 900), st.just("acme"), st.just("basic"), st.integers(1, 300)
)


def best_mean_wait(arrivals: list[Arrival], slots: int) -> float:
    """The best of all orders, each build started as soon as its turn and a slot allow."""

    def mean_wait(order: tuple[Arrival, ...]) -> float:
        free_at, waited = [0.0] * slots, 0.0
        for arrival in order:
            free_at.sort()
            start = max(free_at[0], arrival.submit_s)
            free_at[0] = start + arrival.duration_s
            waited += start - arrival.submit_s
        return waited / len(order)

    return min(mean_wait(order) for order in permutations(arrivals))


@settings(max_examples=10, deadline=None)
@given(arrivals=st.lists(BUILDS, min_size=1, max_size=5), slots=st.integers(1, 2))
def test_no_schedule_beats_the_bound(arrivals: list[Arrival], slots: int):
    assert mean_wait_bound(arrivals, slots=slots) <= best_mean_wait(arrivals, slots) + 1e-6


def test_the_bound_knows_that_a_slot_had_better_wait_for_a_short_build():
    arrivals = [
        Arrival(0.0, "acme", "basic", 900.0),
        Arrival(10.0, "acme", "basic", 10.0),
    ]
    assert best_mean_wait(arrivals, 1) == 10
    assert 5 < mean_wait_bound(arrivals, slots=1) <= 10


def test_nobody_need_wait_where_slots_abound():
    arrivals = [Arrival(at, "acme", "basic", 100.0) for at in range(5)]
    assert mean_wait_bound(arrivals, slots=5) == 0


def test_builds_of_one_length_that_all_come_at_once_have_a_bound_near_the_truth():
    arrivals = [Arrival(0.0, "acme", "basic", 300.0) for _ in range(20)]
    truth = sum(300 * (number // 2) for number in range(20)) / 20
    assert truth * 0.9 < mean_wait_bound(arrivals, slots=2) <= truth


def test_on_a_noisy_workload_the_bound_is_near_what_foresight_reaches():
    work = noisy_bursts(builds=80, tenants=12, slots_a_tier=1, seed=1)
    bound = mean_wait_bound(work.arrivals, slots=3)
    foreseen = shortest_first(work.arrivals, slots=3)
    reached = sum(run.wait_s for run in foreseen) / len(foreseen)
    timed = reference(work.arrivals, slots_a_tier=1)
    assert 0.7 * reached < bound <= reached
    assert bound < sum(run.wait_s for run in timed) / len(timed)
