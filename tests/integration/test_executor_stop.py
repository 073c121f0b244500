"""How executions are stopped: jobs are told, given time, and then killed."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from demo.cloud import OwnCloud
from tests.cloud import Cloud
from tests.integration.stage import Stage, own_stage, stage_of

TRAINING_LOGS = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


def until(seen: Callable[[], Any], seconds: float = 20) -> Any:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if answer := seen():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not seen within {seconds} s")


def under_way(stage: Stage, arn: str, step: str, word: str) -> str:
    """The step's training job, once its program has said the word."""

    def job() -> str | None:
        found = stage.steps(arn).get(step, {})
        if "TrainingJob" not in found.get("Metadata", {}):
            return None
        name = str(stage.training_job(found)["TrainingJobName"])
        return name if word in stage.log_of(TRAINING_LOGS, name) else None

    return str(until(job))


def stop(stage: Stage, arn: str) -> None:
    stopped = stage.sagemaker.stop_pipeline_execution(
        PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
    )
    assert stopped["PipelineExecutionArn"] == arn


def test_a_stopped_training_job_may_still_save_its_model(stage: Stage) -> None:
    after = stage.training("After", DependsOn=["Train"])
    arn = stage.start(stage.pipeline(stage.training("Train", "sleep"), after))
    name = under_way(stage, arn, "Train", "asleep")
    stop(stage, arn)
    assert stage.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    steps = stage.steps(arn)
    assert {step: one["StepStatus"] for step, one in steps.items()} == {"Train": "Stopped"}
    job = stage.training_job(steps["Train"])
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert "FailureReason" not in job
    assert stage.keys(f"models/{name}") == [f"models/{name}/output/model.tar.gz"]


def test_a_stopped_execution_can_be_retried(stage: Stage) -> None:
    arn = stage.start(stage.pipeline(stage.training("Train", "sleep")))
    under_way(stage, arn, "Train", "asleep")
    stop(stage, arn)
    stage.ended(arn)
    stage.sagemaker.retry_pipeline_execution(
        PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
    )
    under_way(stage, arn, "Train", "asleep")
    stop(stage, arn)
    assert stage.ended(arn)["PipelineExecutionStatus"] == "Stopped"


def test_a_job_that_waits_for_its_turn_is_stopped_before_it_began(tmp_path: Path) -> None:
    with own_stage(tmp_path, jobs=1) as (_, stage):
        first = stage.start(stage.pipeline(stage.training("Train", "sleep")))
        under_way(stage, first, "Train", "asleep")
        second = stage.start(stage.pipeline(stage.training("Train", "sleep")))
        until(lambda: stage.steps(second).get("Train", {}).get("Metadata"))
        stop(stage, second)
        assert stage.ended(second)["PipelineExecutionStatus"] == "Stopped"
        job = stage.training_job(stage.steps(second)["Train"])
        assert job["TrainingJobStatus"] == "Stopped"
        assert "TrainingStartTime" not in job
        assert "BillableTimeInSeconds" not in job
        stop(stage, first)
        stage.ended(first)


def test_a_job_deaf_to_its_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    with own_stage(tmp_path, EMBEDDED_STOP_GRACE_SECONDS="1") as (own, stage):
        arn = stage.start(stage.pipeline(stage.training("Train", "stubborn")))
        under_way(stage, arn, "Train", "deaf")
        programs = programs_of(own)
        assert len(programs) == 2
        stop(stage, arn)
        stop(stage, arn)  # stopping twice is stopping once
        asked = time.monotonic()
        described = stage.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        assert described["PipelineExecutionStatus"] == "Stopping"
        assert stage.steps(arn)["Train"]["StepStatus"] == "Stopping"
        assert stage.training_job(stage.steps(arn)["Train"])["TrainingJobStatus"] == "Stopping"
        assert stage.ended(arn)["PipelineExecutionStatus"] == "Stopped"
        assert 0.9 < time.monotonic() - asked < 5
        until(lambda: not any(map(runs, programs)), seconds=1)


def test_a_cloud_that_ends_ends_its_jobs_at_once(tmp_path: Path) -> None:
    with own_stage(tmp_path) as (own, stage):
        arn = stage.start(stage.pipeline(stage.training("Train", "stubborn")))
        under_way(stage, arn, "Train", "deaf")
        process, programs = psutil.Process(own.pid), programs_of(own)
        everyone = process.children(recursive=True)
        process.terminate()
        process.wait(5)
        until(lambda: not any(map(runs, programs + everyone)), seconds=1)
    assert "Traceback" not in (tmp_path / "cloud.log").read_text()


def test_a_killed_cloud_leaves_no_job_behind(tmp_path: Path) -> None:
    with own_stage(tmp_path) as (own, stage):
        arn = stage.start(stage.pipeline(stage.training("Train", "stubborn")))
        under_way(stage, arn, "Train", "deaf")
        programs = programs_of(own)
        assert len(programs) == 2
        psutil.Process(own.pid).kill()
        until(lambda: not any(map(runs, programs)), seconds=2)


def programs_of(own: OwnCloud) -> list[psutil.Process]:
    """The processes of the jobs under way."""
    children = psutil.Process(own.pid).children(recursive=True)
    return [child for child in children if "stage-stubborn" in " ".join(child.cmdline())]


def runs(process: psutil.Process) -> bool:
    """A killed orphan may stay a zombie for as long as nobody asks for its exit code."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
