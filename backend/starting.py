"""Responsible for starting a build that has its slot, and for resuming a start that was cut off."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from backend.aws.transactions import Contested
from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.scheduling import Slot
from backend.domain.start import parameters_of
from backend.ending import end_unrun

LOG = logging.getLogger(__name__)
_CLOCKS_DIFFER = timedelta(minutes=5)


def start(context: Context, slot: Slot, build: Build, *, now: datetime) -> Build:
    """Starts the claimed build's execution, or finds the one its token has started.

    What can never start is Failed with the reason, and its slot is free. Raises Unavailable when
    SageMaker is busy: the build stays Starting, keeps its slot, and is started again later.
    """
    try:
        return _executing(context, slot, build, now=now)
    except (Invalid, NotFound) as refusal:
        LOG.info("tenant_id=%s build_id=%s refused: %s", build.tenant_id, build.build_id, refusal)
        return end_unrun(context, build, BuildState.FAILED, reason=str(refusal), now=now)


def resume(context: Context, slot: Slot, *, now: datetime) -> Build | None:
    """Brings a start that somebody began to its end; None when the build's record is gone.

    How long SageMaker remembers a token is not documented, so an execution of the build's name is
    looked for before another is asked for.
    """
    try:
        build = context.builds.get(slot.tenant_id, slot.build_id)
    except NotFound:
        context.scheduling.release_slot(slot)
        return None
    if build.state is not BuildState.STARTING:
        if build.state is not BuildState.EXECUTING:
            context.scheduling.release_slot(slot)
        return build
    execution_arn = context.executions.find(
        build.pipeline, build.execution_name, since=slot.claimed_at - _CLOCKS_DIFFER
    )
    if execution_arn is not None:
        parameters = context.executions.parameters(execution_arn)
        executing = build.executing(
            execution_arn, instance_type=parameters["TrainingInstanceType"], at=now
        )
        return _written(context, slot, build, executing)
    if build.stop_requested_at is not None:
        return end_unrun(context, build, BuildState.STOPPED, reason=build.why_stopped, now=now)
    return start(context, slot, build, now=now)


def _executing(context: Context, slot: Slot, build: Build, *, now: datetime) -> Build:
    tenant = context.remembered.tenants([build.tenant_id]).get(build.tenant_id)
    if tenant is None:
        raise NotFound(f"There is no tenant {build.tenant_id!r} any more.")
    tier = context.remembered.tier(build.tier)
    algorithm = context.remembered.algorithm(build.choices.algorithm)
    parameters = parameters_of(build, tenant, tier, algorithm)
    execution_arn = context.executions.start(
        build.pipeline, parameters, token=build.build_id, display_name=build.execution_name
    )
    executing = build.executing(
        execution_arn, instance_type=parameters["TrainingInstanceType"], at=now
    )
    return _written(context, slot, build, executing)


def _written(context: Context, slot: Slot, build: Build, executing: Build) -> Build:
    """An execution may have ended, or its stop been asked for, before its start is written."""
    try:
        context.scheduling.executing(slot, build, executing)
    except Contested:
        current = context.builds.get(build.tenant_id, build.build_id)
        if current.state is not BuildState.STARTING or current == build:
            LOG.info("tenant_id=%s build_id=%s moved on", build.tenant_id, build.build_id)
            return current
        stopping = replace(
            executing,
            stop_requested_at=current.stop_requested_at,
            stop_requested_by=current.stop_requested_by,
        )
        return _written(context, slot, current, stopping)
    LOG.info(
        "tenant_id=%s build_id=%s started in slot %s", build.tenant_id, build.build_id, slot.number
    )
    if executing.stop_requested_at is not None:
        stop(context, executing)
    return executing


def stop(context: Context, build: Build) -> None:
    """Asks SageMaker to stop a running build; that it has ended by itself meanwhile is as good."""
    try:
        context.executions.stop(build.execution_arn, token=naming.stop_token_of(build.build_id))
    except (Conflict, NotFound):
        LOG.info("tenant_id=%s build_id=%s ended by itself", build.tenant_id, build.build_id)
