"""Responsible for writing down what an execution came to, and freeing its slot."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.context import Context
from backend.domain.build import Build
from backend.domain.outcome import ENDS, result_of
from backend.ending import end_execution

LOG = logging.getLogger(__name__)


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

    Returns the build, or None when the event tells of no end, or of an execution that is not the
    one the build was started as.
    """
    state = ENDS.get(event["detail"]["currentPipelineExecutionStatus"])
    if state is None:
        return None
    execution_arn = event["detail"]["pipelineExecutionArn"]
    parameters = context.executions.parameters(execution_arn)
    build = context.builds.get(parameters["TenantId"], parameters["BuildId"])
    if build.execution_arn not in ("", execution_arn):
        LOG.warning(
            "tenant_id=%s build_id=%s runs as %s: the end of %s is not its own",
            build.tenant_id,
            build.build_id,
            build.execution_arn,
            execution_arn,
        )
        return None
    ended = end_execution(context, build, state, execution_arn, now=now)
    context.functions.invoke_dispatch(freed=True)
    return ended
