"""Responsible for joining the line: each new build gets its turn by start-time fair queuing."""

from dataclasses import dataclass
from datetime import datetime

from backend.aws.scheduling_table import Claim
from backend.context import Context
from backend.domain.build import Build
from backend.domain.durations import expected
from backend.domain.errors import NotFound, Unavailable
from backend.domain.fair_queue import turn_of
from backend.domain.tenant import Tenant
from backend.situation import situation_of

_TRIES = 30


@dataclass(frozen=True, slots=True)
class Joined:
    """A build that stands in line; `room` says that some slot was free the moment before."""

    room: bool


def join(context: Context, build: Build, tenant: Tenant, *, now: datetime) -> Joined | None:
    """Writes a new waiting build in its turn, and moves its tenant's finish tag on, in one step.

    None when the build is there already, however it has fared since. Raises Unavailable when the
    tenant's other builds keep coming in between: the same call may then be made again.
    """
    expectation = expected(
        context.remembered.runs(now=now),
        size=build.upload.size,
        algorithm=build.choices.algorithm,
        tuned=build.choices.tuned,
    )
    for _ in range(_TRIES):
        situation = situation_of(context, now=now)
        rank = next((tier.rank for tier in situation.tiers if tier.name == build.tier), None)
        if rank is None:
            raise NotFound(f"There is no tier {build.tier!r} to wait in: move the tenant to one.")
        turn = turn_of(
            virtual_time=situation.state.virtual_times.get(build.tier, 0),
            finish=tenant.finish.get(build.tier, 0),
            expected_seconds=expectation.seconds,
            weight=tenant.weight,
        )
        in_line = build.in_line(rank, turn, expected_seconds=round(expectation.seconds))
        outcome = context.scheduling.join(in_line, finish=tenant.finish.get(build.tier))
        if outcome is not Claim.STATE_MOVED:
            return Joined(room=situation.free > 0) if outcome is Claim.DONE else None
        tenant = context.tenants.get(tenant.tenant_id)
    raise Unavailable(f"Tenant {tenant.tenant_id!r} sends many files at once: try again.")
