"""The parts of a job that decide without doing: its program, its metrics, its record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.embedded.faults import JobFailed
from backend.embedded.jobs.dockerfile import entrypoint_in, environment_in
from backend.embedded.jobs.job import Job, JobKind, JobStatus, Metric, job_as_json, job_from_json
from backend.embedded.jobs.metric_watch import MetricWatch
from backend.embedded.jobs.programs import command_of, environment_of

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
DOCKERFILE = """
# syntax=docker/dockerfile:1
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 \\
    GREETING="hello world"
env PLACE=/opt/program/data
COPY . /opt/program
ENTRYPOINT ["python3", "/opt/program/train.py"]
"""
JOB = Job(
    kind=JobKind.TRAINING,
    name="Train",
    arn="arn:aws:sagemaker:us-east-1:123456789012:training-job/train",
    request={"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2}},
    tags={"tenant-id": "acme"},
    created_at=NOON,
    changed_at=NOON,
)


def test_an_entrypoint_and_an_environment_are_read_from_a_dockerfile() -> None:
    assert entrypoint_in(DOCKERFILE) == ("python3", "/opt/program/train.py")
    assert environment_in(DOCKERFILE) == {
        "PYTHONUNBUFFERED": "1",
        "GREETING": "hello world",
        "PLACE": "/opt/program/data",
    }


@pytest.mark.parametrize("text", ["FROM python", "ENTRYPOINT python3 train.py"])
def test_an_image_without_an_entrypoint_cannot_run(text: str) -> None:
    with pytest.raises(JobFailed, match="has no ENTRYPOINT"):
        entrypoint_in(text)


def test_a_containers_paths_are_those_of_the_job(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    root = Path("/jobs/1")
    command = command_of(tmp_path, root, entrypoint=(), arguments=["train", "/opt/ml/model"])
    assert command[1:] == [f"{tmp_path}/train.py", "train", "/jobs/1/model"]
    assert "python" in command[0]
    given = command_of(tmp_path, root, entrypoint=["/bin/true"], arguments=())
    assert given == ["/bin/true"]


def test_a_containers_environment_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    environment = environment_of(
        tmp_path, Path("/jobs/1"), {"GREETING": "bye", "HOME": "/root", "MODEL": "/opt/ml/model"}
    )
    assert environment.keys() == {
        *("PATH", "LANG", "OMP_NUM_THREADS", "HOME", "TMPDIR", "SAGEMAKER_BASE_DIR"),
        *("PYTHONUNBUFFERED", "GREETING", "PLACE", "MODEL"),
    }
    assert environment["GREETING"] == "bye"
    assert environment["HOME"] == environment["SAGEMAKER_BASE_DIR"] == "/jobs/1"
    assert environment["MODEL"] == "/jobs/1/model"
    assert environment["PLACE"] == f"{tmp_path}/data"


def test_the_last_value_of_a_metric_counts() -> None:
    watch = MetricWatch([{"Name": "score", "Regex": r"score=([-+0-9.eE]+)"}])
    watch.see([(0, "score=0.5"), (1000, "other"), (2000, "epoch 2 score=-1e-3;"), (3000, "score=")])
    assert watch.final() == (Metric("score", -0.001, datetime.fromtimestamp(2, UTC)),)


def test_metrics_see_a_tab_as_sagemaker_writes_it() -> None:
    watch = MetricWatch([{"Name": "loss", "Regex": "loss#011(.*)"}])
    watch.see([(0, "loss\t0.25")])
    assert [metric.value for metric in watch.final()] == [0.25]


def test_a_metric_never_told_is_missing() -> None:
    watch = MetricWatch([{"Name": "loss", "Regex": "loss=(.*)"}])
    watch.see([(0, "loss=low")])
    assert watch.final() == ()


def test_an_expression_that_is_none_is_named() -> None:
    with pytest.raises(JobFailed, match=r"Regex of metric 'loss' is not valid"):
        MetricWatch([{"Name": "loss", "Regex": "loss=("}])


@pytest.mark.parametrize(("seconds", "billed"), [(0.2, 1), (1.4, 1), (61.6, 62)])
def test_a_job_is_billed_in_whole_seconds(seconds: float, billed: int) -> None:
    job = JOB.begun(NOON).ended(JobStatus.COMPLETED, NOON + timedelta(seconds=seconds))
    assert job.billable_seconds == billed


def test_a_job_that_never_began_costs_nothing() -> None:
    assert JOB.ended(JobStatus.STOPPED, NOON).billable_seconds == 0


def test_a_tuning_job_is_billed_by_its_trials() -> None:
    tuning = replace(JOB, kind=JobKind.TUNING).begun(NOON)
    assert tuning.ended(JobStatus.COMPLETED, NOON + timedelta(hours=1)).billable_seconds == 0


def test_a_record_survives_being_written_down() -> None:
    job = JOB.begun(NOON).entered("Training", NOON)
    job = job.ended(JobStatus.FAILED, NOON, reason="no", metrics=(Metric("a", 1.5, NOON),))
    written = job_as_json(job)

    def iso(value: object) -> object:
        match value:
            case datetime():
                return value.isoformat()
            case dict():
                return {name: iso(part) for name, part in value.items()}
            case list() | tuple():
                return [iso(part) for part in value]
        return value

    restored = iso(written)
    assert isinstance(restored, dict)
    assert job_from_json(restored) == job
