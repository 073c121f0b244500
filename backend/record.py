"""Responsible for writing down what an execution came to, and freeing its slot."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.context import Context
from backend.domain.build import Build, BuildState
from backend.domain.errors import Conflict
from backend.domain.outcome import ENDS, reason_of, result_of

LOG = logging.getLogger(__name__)
_ATTEMPTS = 3


def record_result(context: Context, event: Mapping[str, str], *, now: datetime) -> Build:
    """Writes what the pipeline found into its build; the pipeline's own Lambda step calls it."""
    result = result_of(
        context.objects.read_json(event["evaluation_uri"]),
        context.objects.read_json(event["report_uri"]),
        outcome=event["outcome"],
        model_package_arn=event.get("model_package_arn", ""),
        model_data=event.get("model_data", ""),
        at=now,
    )
    context.builds.attach(event["tenant_id"], event["build_id"], result)
    LOG.info(
        "tenant_id=%s build_id=%s outcome=%s skill=%.4f",
        event["tenant_id"],
        event["build_id"],
        result.outcome,
        result.skill,
    )
    return context.builds.get(event["tenant_id"], event["build_id"])


def record_end(context: Context, event: Mapping[str, Any], *, now: datetime) -> Build | None:
    """Ends the build of an ended execution and frees its slot, however often the event comes.

    Returns the build, or None when the event tells of no end.
    """
    state = ENDS.get(event["detail"]["currentPipelineExecutionStatus"])
    if state is None:
        return None
    execution_arn = event["detail"]["pipelineExecutionArn"]
    parameters = context.executions.parameters(execution_arn)
    build = context.builds.get(parameters["TenantId"], parameters["BuildId"])
    if not build.state.is_final:
        build = _end(context, build, state, execution_arn, now=now)
    for slot in context.slots.held(build.tier):
        if slot.build_id == build.build_id:
            context.slots.release(slot)
    context.functions.invoke_dispatch()
    LOG.info("tenant_id=%s build_id=%s state=%s", build.tenant_id, build.build_id, build.state)
    return build


def _end(
    context: Context, build: Build, state: BuildState, execution_arn: str, *, now: datetime
) -> Build:
    """Dispatch may write Executing between the read and the write: then both are done again."""
    steps = tuple(context.executions.metered(s) for s in context.executions.steps(execution_arn))
    reason = None
    if state is BuildState.FAILED:
        reason = reason_of(steps, context.executions.reason(execution_arn))
    for _ in range(_ATTEMPTS):
        ended = build.ended(state, at=now, reason=reason, steps=steps)
        try:
            return context.builds.move(build, ended)
        except Conflict:
            build = context.builds.get(build.tenant_id, build.build_id)
            if build.state.is_final:
                return build
    raise Conflict(f"Build {build.build_id} keeps changing: its end is told again.")
