"""Responsible for a context whose tables are real, and whose executions only take their time."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from backend.aws.executions import Executions
from backend.aws.functions import Functions
from backend.context import Context
from backend.domain.build import BuildStep
from benchmarks.simulated.aws_calls import AwsCalls
from benchmarks.simulated.clock import SimulatedTime

# Between a call for a dispatch and the dispatch: Lambda's queue, and its start.
DISPATCH_DELAY_SECONDS = 0.5
_PIPELINE = "arn:aws:sagemaker:us-east-1:000000000000:pipeline"


class SimulatedExecutions(Executions):
    """Each execution runs for the seconds planned for its token; who `ended` is then told."""

    def __init__(
        self, time: SimulatedTime, calls: AwsCalls, *, ended: Callable[[str], None]
    ) -> None:
        self.planned_s: dict[str, float] = {}
        self.started_s: dict[str, float] = {}
        self._time, self._calls, self._tell = time, calls, ended
        self._parameters: dict[str, dict[str, str]] = {}
        self._ended: set[str] = set()

    @property
    def all_ended(self) -> bool:
        return len(self._ended) == len(self.planned_s)

    def start(
        self, pipeline: str, parameters: Mapping[str, str], *, token: str, display_name: str
    ) -> str:
        self._calls.count("StartPipelineExecution")
        execution_arn = f"{_PIPELINE}/{pipeline}/execution/{token}"
        if token not in self.started_s:
            self.started_s[token] = self._time.now_s
            self._parameters[execution_arn] = dict(parameters)
            self._time.at(
                self._time.now_s + self.planned_s[token], lambda: self._end(execution_arn)
            )
        return execution_arn

    def parameters(self, execution_arn: str) -> dict[str, str]:
        self._calls.count("ListPipelineParametersForExecution")
        return self._parameters[execution_arn]

    def steps(self, execution_arn: str) -> tuple[BuildStep, ...]:
        """None: what its jobs are billed is no matter of dispatch."""
        self._calls.count("ListPipelineExecutionSteps")
        return ()

    def status(self, execution_arn: str) -> str | None:
        self._calls.count("DescribePipelineExecution")
        return "Succeeded" if execution_arn in self._ended else "Executing"

    def find(self, pipeline: str, display_name: str, *, since: datetime) -> str | None:
        self._calls.count("ListPipelineExecutions")
        token = display_name.rsplit("-", 1)[-1]
        return f"{_PIPELINE}/{pipeline}/execution/{token}" if token in self.started_s else None

    def _end(self, execution_arn: str) -> None:
        self._ended.add(execution_arn)
        self._tell(execution_arn)


class SimulatedFunctions(Functions):
    """A dispatch that is asked for happens half a second later; it is told what asks for it."""

    def __init__(
        self,
        time: SimulatedTime,
        calls: AwsCalls,
        *,
        dispatch: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._time, self._calls, self._dispatch = time, calls, dispatch

    def invoke_dispatch(self, *, arrived: Collection[str] = (), freed: bool = False) -> None:
        self._calls.count("Invoke")
        said, asker = {"arrived": tuple(arrived), "freed": freed}, self._calls.purpose
        at = self._time.now_s + DISPATCH_DELAY_SECONDS
        self._time.at(at, lambda: self._dispatch(asker, said))


@dataclass(frozen=True)
class SimulatedContext(Context):
    simulated_executions: SimulatedExecutions
    simulated_functions: SimulatedFunctions

    @cached_property
    def executions(self) -> SimulatedExecutions:
        return self.simulated_executions

    @cached_property
    def functions(self) -> SimulatedFunctions:
        return self.simulated_functions
