"""Responsible for telling EventBridge of changes: an execution's status, a step's status."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from backend.embedded.executions.execution_record import Execution, StepRecord

EXECUTION_CHANGE = "SageMaker Model Building Pipeline Execution Status Change"
STEP_CHANGE = "SageMaker Model Building Pipeline Execution Step Status Change"


def execution_changed(execution: Execution, before: str | None) -> None:
    detail = {
        "pipelineExecutionDisplayName": execution.display_name,
        "pipelineExecutionDescription": execution.description,
        "currentPipelineExecutionStatus": execution.status,
        "previousPipelineExecutionStatus": before,
        "executionStartTime": _moment(execution.started_at),
        "executionEndTime": _moment(execution.ended_at),
    }
    _put(execution, EXECUTION_CHANGE, detail)


def step_changed(execution: Execution, step: StepRecord, before: str | None) -> None:
    detail = {
        "pipelineExecutionDisplayName": execution.display_name,
        "stepName": step.name,
        "stepType": step.type,
        "stepStartTime": _moment(step.started_at),
        "stepEndTime": _moment(step.ended_at),
        "currentStepStatus": step.status,
        "previousStepStatus": before,
        "failureReason": step.reason,
        "metadata": _camel(step.metadata),
    }
    _put(execution, STEP_CHANGE, detail)


def _put(execution: Execution, kind: str, detail: Mapping[str, Any]) -> None:
    """On the bus of the execution's account and region; what has no fact yet is left out."""
    arns = {"pipelineArn": execution.pipeline_arn, "pipelineExecutionArn": execution.arn}
    facts = {name: fact for name, fact in detail.items() if fact is not None} | arns
    entry = {
        "Source": "aws.sagemaker",
        "DetailType": kind,
        "Detail": json.dumps(facts),
        "Resources": list(arns.values()),
    }
    with request_scope(execution.account, execution.region):
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _camel(fact: Any) -> Any:
    """Events begin names with a small letter where the API has a capital one."""
    match fact:
        case Mapping():
            return {name[0].lower() + name[1:]: _camel(part) for name, part in fact.items()}
        case list():
            return [_camel(part) for part in fact]
    return fact


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
