"""Simulated executions and functions behave as dispatch expects the real ones to."""

from typing import Any

import pytest

from benchmarks.simulated.aws_calls import AwsCalls
from benchmarks.simulated.clock import SimulatedTime
from benchmarks.simulated.context import SimulatedExecutions, SimulatedFunctions
from tests.unit.values import NOON

TOKEN = "0" * 32


@pytest.fixture
def time() -> SimulatedTime:
    return SimulatedTime()


def test_an_execution_runs_for_its_seconds_once_for_each_token(time: SimulatedTime):
    ended: list[tuple[str, float]] = []
    calls = AwsCalls()
    executions = SimulatedExecutions(
        time, calls, ended=lambda execution_arn: ended.append((execution_arn, time.now_s))
    )
    executions.planned_s[TOKEN] = 90.0
    first = executions.start("mlaas-build", {"BuildId": TOKEN}, token=TOKEN, display_name="b")
    again = executions.start("mlaas-build", {}, token=TOKEN, display_name="b")
    assert first == again
    assert executions.status(first) == "Executing"
    assert not executions.all_ended
    time.run()
    assert ended == [(first, 90.0)]
    assert executions.status(first) == "Succeeded"
    assert executions.all_ended
    assert executions.parameters(first) == {"BuildId": TOKEN}
    assert calls.of("").operations["StartPipelineExecution"] == 2


def test_an_execution_is_found_by_the_name_it_was_started_under(time: SimulatedTime):
    executions = SimulatedExecutions(time, AwsCalls(), ended=lambda _: None)
    assert executions.find("mlaas-build", f"basic-{TOKEN}", since=NOON) is None
    executions.planned_s[TOKEN] = 1.0
    started = executions.start("mlaas-build", {}, token=TOKEN, display_name=f"basic-{TOKEN}")
    assert executions.find("mlaas-build", f"basic-{TOKEN}", since=NOON) == started


def test_a_dispatch_comes_half_a_second_after_it_is_asked_for(time: SimulatedTime):
    came: list[tuple[float, str, dict[str, Any]]] = []
    calls = AwsCalls()
    functions = SimulatedFunctions(
        time, calls, dispatch=lambda asker, said: came.append((time.now_s, asker, said))
    )
    with calls.during("join"):
        functions.invoke_dispatch(arrived=["b1"])
    with calls.during("end"):
        functions.invoke_dispatch(freed=True)
    assert came == []
    time.run()
    assert came == [
        (0.5, "join", {"arrived": ("b1",), "freed": False}),
        (0.5, "end", {"arrived": (), "freed": True}),
    ]
