"""Responsible for the ARN a SageMaker request is about, as IAM policies name it."""

from collections.abc import Mapping
from typing import Any

ANY = "*"

_BY_ARN = ("PipelineExecutionArn", "ResourceArn", "ModelPackageArn")
_BY_NAME = {
    "PipelineName": "pipeline",
    "ModelPackageName": "model-package",
    "ModelPackageGroupName": "model-package-group",
    "HyperParameterTuningJobName": "hyper-parameter-tuning-job",
    "TrainingJobName": "training-job",
    "ProcessingJobName": "processing-job",
    "TransformJobName": "transform-job",
    "ModelName": "model",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
}


def resource_of(operation: str, request: Mapping[str, Any], region: str, account: str) -> str:
    """`*` where AWS knows no narrower resource: most lists."""
    stem = f"arn:aws:sagemaker:{region}:{account}:"
    if operation == "CreateModelPackage" and "ModelPackageGroupName" in request:
        # A version is made in its group, so the policy must cover versions of that group.
        return f"{stem}model-package/{_bare(request['ModelPackageGroupName'])}/{ANY}"
    for member in _BY_ARN:
        if member in request:
            return str(request[member])
    for member, kind in _BY_NAME.items():
        if member in request:
            name = str(request[member])
            return name if name.startswith("arn:") else f"{stem}{kind}/{name}"
    return ANY


def _bare(name_or_arn: Any) -> str:
    return str(name_or_arn).rsplit("/", 1)[-1]
