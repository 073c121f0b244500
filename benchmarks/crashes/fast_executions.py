"""Responsible for executions that last a moment: SageMaker's answers, and a record of the truth.

Everything happens at a time that is given; the record gets one line for each happening.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.domain import naming
from benchmarks.crashes.history import ASKED, ENDED, STARTED

Request = Mapping[str, Any]

ACCOUNT, REGION = "000000000000", "us-east-1"
_PIPELINES = (naming.PIPELINE, naming.TUNED_PIPELINE)
_SHORTEST_TOKEN = 32
_LONGEST_NAME = 82
_PAGE = 100
_RUNNING = ("Executing", "Stopping")


class Refusal(Exception):
    """An error as AWS codes it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Execution:
    """One run of a pipeline; `ends_at` is when it will have ended if nobody stops it."""

    arn: str
    pipeline: str
    token: str
    name: str
    parameters: dict[str, str]
    started_at: float
    ends_at: float
    end: str
    status: str = "Executing"

    @property
    def running(self) -> bool:
        return self.status in _RUNNING


@dataclass
class FastExecutions:
    """SageMaker's pipeline executions as far as a portal uses them.

    A token is remembered for `token_seconds`: how long AWS does is not documented. `changed` hears
    of every change of an execution's status.
    """

    draw: random.Random
    write: Callable[[dict[str, Any]], None]
    changed: Callable[[Execution, float], None]
    longest_seconds: float = 1.0
    failing: float = 0.1
    token_seconds: float = 20.0
    known: dict[str, Execution] = field(default_factory=dict)
    _by_token: dict[str, Execution] = field(default_factory=dict)
    _under_way: dict[str, Execution] = field(default_factory=dict)

    @property
    def running(self) -> int:
        return len(self._under_way)

    @property
    def ended(self) -> int:
        return len(self.known) - len(self._under_way)

    def answer(self, operation: str, request: Request, now: float) -> dict[str, Any]:
        """What SageMaker answers; raises Refusal as it refuses."""
        match operation:
            case "StartPipelineExecution":
                return self._start(request, now)
            case "ListPipelineExecutions":
                return self._list(request)
            case "DescribePipelineExecution":
                return self._describe(self._found(request))
            case "ListPipelineExecutionSteps":
                return {"PipelineExecutionSteps": self._steps(self._found(request))}
            case "ListPipelineParametersForExecution":
                given = self._found(request).parameters
                return {"PipelineParameters": [{"Name": n, "Value": v} for n, v in given.items()]}
            case "StopPipelineExecution":
                return self._stop(self._found(request), now)
        raise Refusal("UnknownOperationException", f"{operation} is not played here.")

    def advance(self, now: float) -> None:
        """Ends what should have ended by now."""
        for execution in [one for one in self._under_way.values() if one.ends_at <= now]:
            execution.status = execution.end
            del self._under_way[execution.arn]
            self.write({"what": ENDED, "at": now, "arn": execution.arn, "status": execution.end})
            self.changed(execution, now)

    def _start(self, request: Request, now: float) -> dict[str, Any]:
        token = request["ClientRequestToken"]
        name = request.get("PipelineExecutionDisplayName", "")
        if len(token) < _SHORTEST_TOKEN or len(name) > _LONGEST_NAME:
            raise Refusal("ValidationException", f"Token {token!r} or name {name!r} is misshapen.")
        if request["PipelineName"] not in _PIPELINES:
            raise Refusal("ResourceNotFound", f"There is no pipeline {request['PipelineName']!r}.")
        same = self._by_token.get(token)
        again = same is not None and now - same.started_at < self.token_seconds
        self.write({"what": ASKED, "at": now, "token": token, "name": name, "again": again})
        if same is None or not again:
            same = self._started(request, token, name, now)
        return {"PipelineExecutionArn": same.arn}

    def _started(self, request: Request, token: str, name: str, now: float) -> Execution:
        number = f"{len(self.known):012d}"
        pipeline = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/{request['PipelineName']}"
        parameters = {one["Name"]: one["Value"] for one in request.get("PipelineParameters", ())}
        execution = Execution(
            arn=f"{pipeline}/execution/{number}",
            pipeline=request["PipelineName"],
            token=token,
            name=name,
            parameters=parameters,
            started_at=now,
            ends_at=now + self.longest_seconds * self.draw.uniform(0.2, 1),
            end="Failed" if self.draw.random() < self.failing else "Succeeded",
        )
        self.known[execution.arn] = execution
        self._by_token[token] = execution
        self._under_way[execution.arn] = execution
        facts = {"arn": execution.arn, "token": token, "name": name}
        who = {"tenant": "TenantId", "tier": "Tier", "build_id": "BuildId"}
        facts |= {kind: parameters.get(parameter, "") for kind, parameter in who.items()}
        self.write({"what": STARTED, "at": now, **facts})
        self.changed(execution, now)
        return execution

    def _stop(self, execution: Execution, now: float) -> dict[str, Any]:
        if not execution.running:
            raise Refusal("ValidationException", f"Execution {execution.arn} has ended already.")
        execution.status, execution.end = "Stopping", "Stopped"
        execution.ends_at = min(execution.ends_at, now + 0.2)
        return {"PipelineExecutionArn": execution.arn}

    def _found(self, request: Request) -> Execution:
        arn = request["PipelineExecutionArn"]
        if arn not in self.known:
            raise Refusal("ResourceNotFound", f"There is no execution {arn}.")
        return self.known[arn]

    def _list(self, request: Request) -> dict[str, Any]:
        """The newest first, a page at a time."""
        since = request.get("CreatedAfter", 0)
        listed = [
            one
            for one in reversed(self.known.values())
            if one.pipeline == request["PipelineName"] and one.started_at > since
        ]
        first = int(request.get("NextToken", 0))
        page = [
            {
                "PipelineExecutionArn": one.arn,
                "PipelineExecutionDisplayName": one.name,
                "PipelineExecutionStatus": one.status,
                "StartTime": one.started_at,
            }
            for one in listed[first : first + _PAGE]
        ]
        more = {"NextToken": str(first + _PAGE)} if len(listed) > first + _PAGE else {}
        return {"PipelineExecutionSummaries": page, **more}

    def _describe(self, execution: Execution) -> dict[str, Any]:
        reason = {"FailureReason": "It drew the lot."} if execution.status == "Failed" else {}
        return {
            "PipelineArn": execution.arn.rsplit("/execution/", 1)[0],
            "PipelineExecutionArn": execution.arn,
            "PipelineExecutionDisplayName": execution.name,
            "PipelineExecutionStatus": execution.status,
            "CreationTime": execution.started_at,
            **reason,
        }

    def _steps(self, execution: Execution) -> list[dict[str, Any]]:
        """One step that is no job: a job would want to be described, too."""
        return [
            {
                "StepName": "CheckSkill",
                "StepStatus": "Executing" if execution.running else execution.status,
                "StartTime": execution.started_at,
                "Metadata": {"Condition": {"Outcome": "True"}},
            }
        ]
