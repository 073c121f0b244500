"""Workloads have the load and the noise they promise."""

from collections import Counter

import pytest

from backend.domain.errors import Invalid
from benchmarks.simulated.trace import Arrival
from benchmarks.simulated.workload import NOISY, noisy_bursts, of_trace


def test_one_tenant_sends_two_bursts_among_others_that_keep_quiet():
    work = noisy_bursts(builds=831, tenants=33, slots_a_tier=6, seed=0)
    asked = Counter(arrival.tenant for arrival in work.arrivals)
    assert len(work.arrivals) == 831
    assert len(asked) == 33
    assert asked[NOISY] == 120
    assert work.quiet == asked.keys() - {NOISY}
    times = [arrival.submit_s for arrival in work.arrivals if arrival.tenant == NOISY]
    assert times[59] - times[0] == pytest.approx(59)
    assert times[60] - times[59] > 3600
    assert work.tenants[NOISY] == "basic"
    assert Counter(work.tenants.values()) == {"basic": 11, "standard": 11, "premium": 11}


@pytest.mark.parametrize("seed", range(3))
def test_the_slots_have_work_for_63_percent_of_the_time(seed: int):
    work = noisy_bursts(builds=831, tenants=33, slots_a_tier=6, seed=seed)
    ran = sum(arrival.duration_s for arrival in work.arrivals)
    span = work.arrivals[-1].submit_s - work.arrivals[0].submit_s
    assert ran / (18 * span) == pytest.approx(0.63, rel=0.02)


def test_a_seed_draws_the_same_builds_again_and_another_seed_others():
    chosen = {"builds": 100, "tenants": 9, "slots_a_tier": 6}
    assert noisy_bursts(**chosen, seed=1) == noisy_bursts(**chosen, seed=1)
    assert noisy_bursts(**chosen, seed=1) != noisy_bursts(**chosen, seed=2)


@pytest.mark.parametrize(("builds", "tenants"), [(6, 33), (831, 1)])
def test_too_few_for_a_burst_are_refused(builds: int, tenants: int):
    with pytest.raises(Invalid, match="give --tenants 2 and --builds 7 at least"):
        noisy_bursts(builds=builds, tenants=tenants, slots_a_tier=6, seed=0)


def test_of_a_trace_who_asks_for_more_than_a_tier_can_run_at_once_is_not_quiet():
    def asks(tenant: str, *times: float) -> list[Arrival]:
        return [Arrival(time, tenant, "premium", 60.0) for time in times]

    work = of_trace(
        [*asks("calm", 0, 300, 600), *asks("steady", 0, 1), *asks("bursting", 10, 20, 609)],
        slots_a_tier=2,
    )
    assert work.quiet == {"calm", "steady"}
    assert work.tiers == ("premium",)


def test_of_a_trace_with_the_time_of_day_only_the_time_between_builds_counts():
    late = [Arrival(1.7e9, "acme", "basic", 60.0), Arrival(1.7e9 + 90, "acme", "basic", 60.0)]
    work = of_trace(late, slots_a_tier=2)
    assert [arrival.submit_s for arrival in work.arrivals] == [0, 90]
