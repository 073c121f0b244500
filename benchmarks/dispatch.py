"""Drives the real dispatch through a workload in simulated time, beside what it is compared with.

    python -m benchmarks.dispatch [--builds N] [--tenants N] [--trace FILE] [--slots N] [--seed N]

Without a trace: a tenant sends bursts among others that keep quiet. `reference` is the reference
design on the same builds, first come first served within strict quotas on a 60 s timer;
`lower_bound` is the mean wait no policy can beat (lower_bound.py). What a decision costs is
measured with 10,000 builds of 4,000 tenants waiting (backlog.py). The last line is one JSON object.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend.domain.errors import BackendError, Invalid
from benchmarks.ground import say
from benchmarks.own_tables import cloud_with_tables
from benchmarks.simulated import backlog, estate, workload
from benchmarks.simulated.figures import figures
from benchmarks.simulated.lower_bound import mean_wait_bound
from benchmarks.simulated.policies import reference
from benchmarks.simulated.simulation import DISPATCH, END, JOIN, SCHEDULE, Simulation
from benchmarks.simulated.trace import read
from benchmarks.simulated.workload import Workload

_BACKLOG_BUILDS, _BACKLOG_TENANTS = 10_000, 4_000


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options().parse_args(arguments)
    try:
        work = _workload(options)
        say(f"{len(work.arrivals)} builds of {len(work.tenants)} tenants")
        found = _driven(work, slots_a_tier=options.slots, seed=options.seed)
        say(f"{_BACKLOG_BUILDS} builds of {_BACKLOG_TENANTS} tenants waiting")
        with cloud_with_tables():
            found |= backlog.measured(
                builds=_BACKLOG_BUILDS,
                tenants=_BACKLOG_TENANTS,
                slots_a_tier=options.slots,
                seed=options.seed,
            )
    except BackendError as refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.stdout.write(json.dumps({"error": str(refusal)}) + "\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _workload(options: argparse.Namespace) -> Workload:
    if options.trace is None:
        return workload.noisy_bursts(
            builds=options.builds or workload.BUILDS,
            tenants=options.tenants or workload.TENANTS,
            slots_a_tier=options.slots,
            seed=options.seed,
        )
    if options.builds or options.tenants:
        raise Invalid("A trace has builds and tenants of its own: leave out --builds, --tenants.")
    return workload.of_trace(read(options.trace), slots_a_tier=options.slots)


def _driven(work: Workload, *, slots_a_tier: int, seed: int) -> dict[str, Any]:
    slots = slots_a_tier * len(work.tiers)
    with cloud_with_tables():
        simulation = Simulation()
        estate.settle(
            simulation.context,
            estate.tiers(work.tiers, slots_a_tier=slots_a_tier),
            (
                estate.tenant(name, tier, at=simulation.time.now)
                for name, tier in work.tenants.items()
            ),
        )
        served = simulation.run(work.arrivals, seed=seed)
    return {
        "builds": len(work.arrivals),
        "tenants": len(work.tenants),
        "slots": slots,
        "seed": seed,
        **figures(served, slots=slots, quiet=work.quiet),
        "reference": figures(
            reference(work.arrivals, slots_a_tier=slots_a_tier), slots=slots, quiet=work.quiet
        ),
        "lower_bound": round(mean_wait_bound(work.arrivals, slots=slots), 1),
        **_calls(simulation, builds=len(served)),
    }


def _calls(simulation: Simulation, *, builds: int) -> dict[str, Any]:
    """AWS calls of dispatches that events asked for, and of the schedule's, sweeps included."""
    calls, hours = simulation.calls, simulation.time.now_s / 3600
    return {
        "calls_per_build": round(calls.of(DISPATCH).made / builds, 2),
        "dispatch_calls": dict(calls.of(DISPATCH).operations.most_common()),
        "dispatches": simulation.dispatches,
        "join_calls_per_build": round(calls.of(JOIN).made / builds, 2),
        "end_calls_per_build": round(calls.of(END).made / builds, 2),
        "schedule_calls_per_hour": round(calls.of(SCHEDULE).made / hours, 1),
        "schedule_calls": dict(calls.of(SCHEDULE).operations.most_common()),
        "hours": round(hours, 2),
    }


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dispatch", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--builds", type=_positive, help=f"how many ({workload.BUILDS})")
    parser.add_argument("--tenants", type=_positive, help=f"how many ({workload.TENANTS})")
    parser.add_argument("--trace", type=Path, help="a CSV submit_s,tenant,tier,duration_s")
    parser.add_argument("--slots", type=_positive, default=6, help="slots of each tier (6)")
    parser.add_argument("--seed", type=int, default=0, help="draws the workload (0)")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of them: give 1 or more.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
