"""Responsible for what a decision costs when many builds of many tenants wait."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy

from backend.aws.build_table import stored
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.fair_queue import turn_of
from backend.domain.scheduling import decide, lines_of
from backend.domain.tenant import Tenant
from backend.domain.tier import TIERS, Tier
from backend.situation import situation_of
from benchmarks.simulated import estate
from benchmarks.simulated.simulation import DISPATCH, Simulation

_FREED = (1, 2, 3, 6, 12, 18)
_EXPECTED_SECONDS = 480.0
_SIZE = 6_000_000
_DECISIONS = 1000


def measured(*, builds: int, tenants: int, slots_a_tier: int, seed: int) -> dict[str, Any]:
    """Fills the line, then all slots, then frees some again and again and looks at each dispatch.

    Each dispatch is a warm function's. `decision_cpu_ms` is all the CPU it spends outside its AWS
    clients for a build it starts: rows read into values, deciding, bookkeeping. `decide_cpu_ms` is
    the pure rule alone, for one decision with every slot free. `dispatch_cpu_ms` has the clients,
    too: signing, serializing, parsing.
    """
    simulation = Simulation()
    names = [tier.name for tier in TIERS]
    tiers = estate.tiers(names, slots_a_tier=slots_a_tier)
    _fill(simulation, tiers, builds=builds, tenants=tenants)
    running = [build.execution_arn for build in simulation.dispatch()]
    calls = simulation.calls.of(DISPATCH)
    rows, api_cpu_s, cpu_s = calls.rows, calls.cpu_s, simulation.dispatch_cpu_s
    per_slot: list[float] = []
    draw = numpy.random.default_rng(seed)
    for freed in (*_FREED, *_FREED):
        ending = [running[number] for number in draw.permutation(len(running))[:freed]]
        for execution_arn in ending:
            simulation.end(execution_arn)
        before = calls.rows
        begun = [build.execution_arn for build in simulation.dispatch(freed=True)]
        per_slot.append((calls.rows - before) / len(ending))
        running = [arn for arn in running if arn not in ending] + begun
    starts = 2 * sum(min(freed, 3 * slots_a_tier) for freed in _FREED)
    cpu_s, api_cpu_s = simulation.dispatch_cpu_s - cpu_s, calls.cpu_s - api_cpu_s
    return {
        "decision_cpu_ms": round(1000 * (cpu_s - api_cpu_s) / starts, 3),
        "decide_cpu_ms": round(_decide_cpu_ms(simulation), 4),
        "dispatch_cpu_ms": round(1000 * cpu_s / starts, 3),
        "rows_read_per_decision": round((calls.rows - rows) / len(per_slot), 2),
        "free_slots_per_decision": round(starts / len(per_slot), 2),
        "rows_read_per_free_slot": round((calls.rows - rows) / starts, 2),
        "most_rows_read_per_free_slot": round(max(per_slot), 2),
        "backlog": {"builds": builds, "tenants": tenants},
    }


def _fill(simulation: Simulation, tiers: tuple[Tier, ...], *, builds: int, tenants: int) -> None:
    context, now = simulation.context, simulation.time.now
    owners = [
        estate.tenant(f"tenant-{number:05d}", tier.name, at=now)
        for number, tier in zip(range(tenants), cycle(tiers), strict=False)
    ]
    estate.settle(context, tiers, owners)
    waiting = list(_line(simulation, tiers, owners, builds))
    estate.write_all(context, naming.BUILDS_TABLE, (stored(build) for build in waiting))
    for build in waiting:
        simulation.executions.planned_s[build.build_id] = _EXPECTED_SECONDS


def _line(
    simulation: Simulation, tiers: tuple[Tier, ...], owners: list[Tenant], builds: int
) -> Iterator[Build]:
    """Builds of all tenants in turn, each at its place."""
    ranks = {tier.name: tier.rank for tier in tiers}
    finish = dict.fromkeys((owner.tenant_id for owner in owners), 0)
    for number, owner in zip(range(builds), cycle(owners), strict=False):
        turn = turn_of(
            virtual_time=0,
            finish=finish[owner.tenant_id],
            expected_seconds=_EXPECTED_SECONDS,
            weight=owner.weight,
        )
        finish[owner.tenant_id] = turn.finish
        build = estate.build(number, owner, tier=owner.tier, size=_SIZE, at=simulation.time.now)
        yield build.in_line(ranks[owner.tier], turn, expected_seconds=round(_EXPECTED_SECONDS))


def _decide_cpu_ms(simulation: Simulation) -> float:
    context = simulation.context
    found = situation_of(context, now=simulation.time.now)
    free = replace(found, held=())
    heads = context.builds.waiting(limit=4 * free.free)
    lines = lines_of(free.tiers, heads, complete=False)
    tenants = context.tenants.many({head.tenant_id for head in heads})
    before = time.process_time()
    for _ in range(_DECISIONS):
        decide(free, lines, tenants)
    return 1000 * (time.process_time() - before) / _DECISIONS
