"""How much runs at once: so many jobs over the whole cloud, so many executions of an account."""

import uuid
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.integration.stage import Stage, own_stage

QUOTA = 20
TRAINING_LOGS = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage where two jobs run at once."""
    with own_stage(tmp_path_factory.mktemp("narrow"), jobs=2) as (_, stage):
        yield stage


def test_no_more_jobs_run_at_once_than_the_cloud_was_given(narrow: Stage) -> None:
    pipeline = narrow.pipeline(*(narrow.training(f"Train{n}", "count") for n in range(3)))
    arns = [narrow.start(pipeline) for _ in range(2)]
    spans = []
    for arn in arns:
        assert narrow.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
        for step in narrow.steps(arn).values():
            name = narrow.training_job(step)["TrainingJobName"]
            begun, ended = narrow.log_of(TRAINING_LOGS, name)
            spans.append((float(begun.split()[1]), float(ended.split()[1])))
    at_once = [sum(one[0] <= begin < one[1] for one in spans) for begin, _ in spans]
    assert len(spans) == 6
    assert max(at_once) == 2


def test_the_account_has_so_many_executions_at_once(narrow: Stage) -> None:
    pipeline = narrow.pipeline(narrow.training("Train", "sleep"))
    arns = [narrow.start(pipeline) for _ in range(QUOTA)]
    with pytest.raises(ClientError) as refusal:
        narrow.start(pipeline)
    assert refusal.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    assert f"is {QUOTA} Executions" in refusal.value.response["Error"]["Message"]
    for arn in arns:
        narrow.sagemaker.stop_pipeline_execution(
            PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
        )
    assert {narrow.ended(arn)["PipelineExecutionStatus"] for arn in arns} == {"Stopped"}
    again = narrow.start(pipeline)
    narrow.sagemaker.stop_pipeline_execution(
        PipelineExecutionArn=again, ClientRequestToken=uuid.uuid4().hex
    )
    narrow.ended(again)
