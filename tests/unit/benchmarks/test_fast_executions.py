"""Executions of a moment answer as SageMaker does, and write down what is true."""

import random
from typing import Any

import pytest

from benchmarks.crashes.fast_executions import FastExecutions, Refusal

TOKEN = "a" * 32


class Played(FastExecutions):
    """Executions whose record and status changes can be looked at."""

    def __init__(self, **chosen: float) -> None:
        self.lines: list[dict[str, Any]] = []
        self.told: list[str] = []
        super().__init__(
            random.Random(1),
            self.lines.append,
            lambda one, _: self.told.append(one.status),
            **chosen,
        )

    def start(self, now: float = 0.0, token: str = TOKEN, pipeline: str = "mlaas-build") -> str:
        given = {"TenantId": "acme", "Tier": "basic", "BuildId": token}
        request = {
            "PipelineName": pipeline,
            "PipelineExecutionDisplayName": f"basic-{token}",
            "ClientRequestToken": token,
            "PipelineParameters": [{"Name": n, "Value": v} for n, v in given.items()],
        }
        return str(self.answer("StartPipelineExecution", request, now)["PipelineExecutionArn"])

    def status(self, arn: str) -> Any:
        request = {"PipelineExecutionArn": arn}
        return self.answer("DescribePipelineExecution", request, 0.0)["PipelineExecutionStatus"]

    def happened(self) -> list[str]:
        return [line["what"] for line in self.lines]


def test_an_execution_starts_and_ends_and_both_are_written_down() -> None:
    played = Played(failing=0.0)
    arn = played.start()
    assert (played.status(arn), played.running) == ("Executing", 1)
    played.advance(10.0)
    assert (played.status(arn), played.running, played.ended) == ("Succeeded", 0, 1)
    assert played.happened() == ["asked", "started", "ended"]
    assert played.lines[1].items() >= {"tenant": "acme", "tier": "basic", "build_id": TOKEN}.items()
    assert played.told == ["Executing", "Succeeded"]


def test_it_does_not_end_before_its_time() -> None:
    played = Played(longest_seconds=10.0)
    arn = played.start()
    played.advance(1.9)
    assert played.status(arn) == "Executing"


def test_the_same_token_is_the_same_execution() -> None:
    played = Played()
    assert played.start(0.0) == played.start(5.0)
    assert played.happened() == ["asked", "started", "asked"]


def test_a_token_is_forgotten_in_time() -> None:
    played = Played(token_seconds=20.0)
    assert played.start(0.0) != played.start(21.0)


def test_executions_are_found_by_name_newest_first_and_page_by_page() -> None:
    played = Played()
    for number in range(150):
        played.start(float(number), token=f"{number:032d}")
    request: dict[str, Any] = {"PipelineName": "mlaas-build", "CreatedAfter": 9.5}
    first = played.answer("ListPipelineExecutions", request, 0.0)
    request["NextToken"] = first["NextToken"]
    second = played.answer("ListPipelineExecutions", request, 0.0)
    found = first["PipelineExecutionSummaries"] + second["PipelineExecutionSummaries"]
    names = [one["PipelineExecutionDisplayName"] for one in found]
    assert names == [f"basic-{number:032d}" for number in range(149, 9, -1)]
    assert "NextToken" not in second


def test_another_pipelines_executions_are_not_listed() -> None:
    played = Played()
    played.start()
    request = {"PipelineName": "mlaas-build-tuned"}
    assert played.answer("ListPipelineExecutions", request, 0.0)["PipelineExecutionSummaries"] == []


def test_a_stopped_execution_ends_stopped_and_soon() -> None:
    played = Played(longest_seconds=100.0)
    arn = played.start()
    played.answer("StopPipelineExecution", {"PipelineExecutionArn": arn}, 1.0)
    assert played.status(arn) == "Stopping"
    played.advance(2.0)
    assert played.status(arn) == "Stopped"
    with pytest.raises(Refusal, match="ended already"):
        played.answer("StopPipelineExecution", {"PipelineExecutionArn": arn}, 3.0)


def test_a_failed_execution_says_why() -> None:
    played = Played(failing=1.0)
    arn = played.start()
    played.advance(10.0)
    described = played.answer("DescribePipelineExecution", {"PipelineExecutionArn": arn}, 10.0)
    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"]


@pytest.mark.parametrize(
    ("pipeline", "token", "code"),
    [
        ("nobodys", TOKEN, "ResourceNotFound"),
        ("mlaas-build", "short", "ValidationException"),
        ("mlaas-build", "a" * 90, "ValidationException"),
    ],
)
def test_what_sagemaker_refuses_is_refused(pipeline: str, token: str, code: str) -> None:
    played = Played()
    with pytest.raises(Refusal) as refused:
        played.start(token=token, pipeline=pipeline)
    assert refused.value.code == code
    assert played.happened() == []


def test_an_unknown_execution_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        Played().status("arn:none")
    assert refused.value.code == "ResourceNotFound"
