"""Responsible for starting waiting builds while their tier has free slots."""

import logging
from datetime import datetime

from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.errors import Conflict, Invalid, NotFound, Unavailable
from backend.domain.scheduling import Slot, assignments
from backend.domain.start import parameters_of
from backend.domain.tier import Tier

LOG = logging.getLogger(__name__)


def dispatch(context: Context, *, now: datetime) -> list[Build]:
    """Starts what may start now and returns those builds; safe to run many times at once."""
    return [
        started
        for tier in context.tiers.all()
        for number, build in _due(context, tier)
        if (started := _start(context, tier, number, build, now=now)) is not None
    ]


def _due(context: Context, tier: Tier) -> list[tuple[int, Build]]:
    held = context.slots.held(tier.name)
    waiting = context.builds.waiting(
        tier.name, limit=max(0, tier.max_concurrent_builds - len(held))
    )
    return assignments(tier, held, waiting)


def _start(
    context: Context, tier: Tier, number: int, build: Build, *, now: datetime
) -> Build | None:
    """The started build, or None when another dispatch was quicker or the start was refused."""
    slot = Slot(tier.name, number, build.tenant_id, build.build_id, claimed_at=now)
    if not context.slots.claim(slot):
        return None
    try:
        starting = context.builds.move(build, build.starting())
    except Conflict:
        context.slots.release(slot)
        return None
    try:
        return _executing(context, tier, starting, now=now)
    except (Invalid, NotFound) as refusal:
        _give_up(context, starting, slot, reason=str(refusal), now=now)
        return None
    except Unavailable as busy:
        _log(starting, f"start postponed: {busy}")
        _put_back(context, build, starting, slot)
        return None


def _executing(context: Context, tier: Tier, build: Build, *, now: datetime) -> Build:
    tenant = context.tenants.get(build.tenant_id)
    algorithm = context.algorithms.get(build.choices.algorithm)
    parameters = parameters_of(build, tenant, tier, algorithm)
    arn = context.executions.start(
        naming.TUNED_PIPELINE if build.choices.tuned else naming.PIPELINE,
        parameters,
        token=build.build_id,
        display_name=naming.execution_name_of(build.tier, build.build_id),
    )
    instance_type = parameters["TrainingInstanceType"]
    executing = build.executing(arn, instance_type=instance_type, at=now)
    try:
        context.builds.move(build, executing)
    except Conflict:
        _log(build, "ended before its start was written down")
    _log(executing, "started")
    return executing


def _give_up(context: Context, build: Build, slot: Slot, *, reason: str, now: datetime) -> None:
    context.builds.move(build, build.ended(BuildState.FAILED, at=now, reason=reason))
    context.slots.release(slot)
    _log(build, f"refused: {reason}")


def _put_back(context: Context, waiting: Build, starting: Build, slot: Slot) -> None:
    """Nothing was started, and the token makes sure nothing is started twice."""
    context.builds.move(starting, waiting)
    context.slots.release(slot)


def _log(build: Build, what: str) -> None:
    LOG.info("tenant_id=%s build_id=%s %s", build.tenant_id, build.build_id, what)
