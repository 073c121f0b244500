"""Which ARN a request is about, and which members of it count."""

from typing import Any

import pytest

from backend.embedded.access.sagemaker_resources import resource_of
from backend.embedded.service_models import known_members, operation_of
from backend.embedded.unserved import Services, refusal

ARNS = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.mark.parametrize(
    ("operation", "request_", "resource"),
    [
        ("StartPipelineExecution", {"PipelineName": "p"}, f"{ARNS}:pipeline/p"),
        ("DescribePipeline", {"PipelineName": f"{ARNS}:pipeline/p"}, f"{ARNS}:pipeline/p"),
        ("StopPipelineExecution", {"PipelineExecutionArn": f"{ARNS}:x"}, f"{ARNS}:x"),
        ("DescribeModelPackage", {"ModelPackageName": f"{ARNS}:m"}, f"{ARNS}:m"),
        ("ListModelPackages", {"ModelPackageGroupName": "g"}, f"{ARNS}:model-package-group/g"),
        ("ListModelPackages", {}, "*"),
        ("CreateModelPackage", {"ModelPackageGroupName": "g"}, f"{ARNS}:model-package/g/*"),
        (
            "CreateModelPackage",
            {"ModelPackageGroupName": f"{ARNS}:model-package-group/g"},
            f"{ARNS}:model-package/g/*",
        ),
        ("DescribeTrainingJob", {"TrainingJobName": "t"}, f"{ARNS}:training-job/t"),
        ("DescribeProcessingJob", {"ProcessingJobName": "p"}, f"{ARNS}:processing-job/p"),
        (
            "ListTrainingJobsForHyperParameterTuningJob",
            {"HyperParameterTuningJobName": "h"},
            f"{ARNS}:hyper-parameter-tuning-job/h",
        ),
        ("AddTags", {"ResourceArn": f"{ARNS}:pipeline/p"}, f"{ARNS}:pipeline/p"),
    ],
)
def test_a_sagemaker_request_is_about_one_resource(
    operation: str, request_: dict[str, Any], resource: str
) -> None:
    assert resource_of(operation, request_, "us-east-1", "123456789012") == resource


def test_members_an_operation_does_not_have_do_not_count() -> None:
    request = {"PipelineName": "p", "ModelPackageArn": "own"}
    assert known_members("sagemaker", "DescribePipeline", request) == {"PipelineName": "p"}
    assert known_members("sagemaker", "NoSuchOperation", request) == {}
    assert operation_of("dynamodb", "NoSuchOperation") is None


def test_a_service_that_is_not_served_refuses_in_its_own_words() -> None:
    assert Services().get("kms") is not None
    _, headers, body = refusal("kms", {"x-amz-target": "TrentService.ListKeys"})
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert b'"UnknownOperationException"' in body
    for service, root in {"ec2": b"<Response>", "sdb": b"<ErrorResponse>"}.items():
        _, headers, body = refusal(service, {})
        assert headers["Content-Type"] == "text/xml"
        assert body.startswith(root)
        assert service.encode() in body
