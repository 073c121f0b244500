"""Responsible for workloads: a trace, and which of its tenants keep quiet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy

from backend.domain.errors import Invalid
from backend.domain.tier import TIERS
from benchmarks.simulated.trace import Arrival

NOISY = "noisy"
BUILDS, TENANTS = 831, 33
_LOAD = 0.63
_MEDIAN_SECONDS, _SIGMA = 300.0, 0.8
_BURST_SHARE = 60 / 831
_BURST_TIMES = (0.2, 0.6)
_BURST_WINDOW_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Workload:
    """Builds in the order they were asked for, and the tenants who sent no burst of them."""

    arrivals: tuple[Arrival, ...]
    quiet: frozenset[str]

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers somebody asked for, the highest first."""
        asked = {arrival.tier for arrival in self.arrivals}
        ranked = sorted(TIERS, key=lambda tier: tier.rank)
        return tuple(tier.name for tier in ranked if tier.name in asked)

    @property
    def tenants(self) -> dict[str, str]:
        """Each tenant's tier; one that has changed tiers counts to the last."""
        return {arrival.tenant: arrival.tier for arrival in self.arrivals}


def noisy_bursts(*, builds: int, tenants: int, slots_a_tier: int, seed: int) -> Workload:
    """One basic tenant sends two bursts, a second between builds; all others come as they like.

    Durations are log-normal. The slots are busy for 63 % of the time in which builds are asked
    for. Raises Invalid when there are too few tenants or builds for that.
    """
    burst = round(builds * _BURST_SHARE)
    if tenants < 2 or burst < 1:
        raise Invalid(
            f"{builds} builds of {tenants} tenants make no noisy burst: give --tenants 2 and "
            "--builds 7 at least."
        )
    draw = numpy.random.default_rng(seed)
    durations = draw.lognormal(numpy.log(_MEDIAN_SECONDS), _SIGMA, builds)
    span = float(durations.sum()) / (slots_a_tier * len(TIERS) * _LOAD)
    times = [span * share + at for share in _BURST_TIMES for at in range(burst)]
    askers = [(NOISY, "basic")] * len(times)
    others = _quiet_tenants(tenants - 1)
    quiet_builds = builds - len(times)
    times += [float(at) for at in draw.uniform(0, span, quiet_builds)]
    askers += [others[number] for number in draw.integers(0, len(others), quiet_builds)]
    arrivals = (
        Arrival(at, tenant, tier, float(duration))
        for at, (tenant, tier), duration in zip(times, askers, durations, strict=True)
    )
    ordered = tuple(sorted(arrivals, key=lambda arrival: arrival.submit_s))
    return Workload(ordered, frozenset(tenant for tenant, _ in others))


def of_trace(arrivals: Sequence[Arrival], *, slots_a_tier: int) -> Workload:
    """A tenant keeps quiet who never asks for more builds in ten minutes than a tier has slots.

    Time begins with the first build: nothing happens before it.
    """
    first = min(arrival.submit_s for arrival in arrivals)
    shifted = tuple(replace(arrival, submit_s=arrival.submit_s - first) for arrival in arrivals)
    asked: dict[str, list[float]] = defaultdict(list)
    for arrival in shifted:
        asked[arrival.tenant].append(arrival.submit_s)
    quiet = (tenant for tenant, times in asked.items() if not _has_burst(times, slots_a_tier))
    return Workload(shifted, frozenset(quiet))


def _quiet_tenants(count: int) -> list[tuple[str, str]]:
    """Tenants of all tiers in turn; basic, which has the noisy one already, comes last."""
    tiers = cycle(("premium", "standard", "basic"))
    return [(f"quiet-{number:04d}", tier) for number, tier in enumerate(islice(tiers, count))]


def _has_burst(times: Sequence[float], allowed: int) -> bool:
    """Whether more than `allowed` of the ascending times lie within one window."""
    return any(
        last - first < _BURST_WINDOW_SECONDS
        for first, last in zip(times, times[allowed:], strict=False)
    )
