"""What was made outlives the cloud, however it ended."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import boto3
import pytest

from demo.cloud import OwnCloud, own_cloud

DEFINITION = json.dumps(
    {
        "Version": "2020-12-01",
        "Steps": [{"Name": "End", "Type": "Fail", "Arguments": {"ErrorMessage": "done"}}],
    }
)
ROLE = "arn:aws:iam::123456789012:role/any"


def client(own: OwnCloud, service: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)
    return boto3.Session().client(service)


def make(sagemaker: Any) -> str:
    sagemaker.create_pipeline(PipelineName="kept", PipelineDefinition=DEFINITION, RoleArn=ROLE)
    sagemaker.create_pipeline(PipelineName="gone", PipelineDefinition=DEFINITION, RoleArn=ROLE)
    sagemaker.update_pipeline(PipelineName="kept", PipelineDescription="second")
    sagemaker.delete_pipeline(PipelineName="gone")
    sagemaker.create_model_package_group(ModelPackageGroupName="kept")
    for _ in range(2):
        version = sagemaker.create_model_package(
            ModelPackageGroupName="kept", CustomerMetadataProperties={"build-id": "b"}
        )["ModelPackageArn"]
    sagemaker.delete_model_package(ModelPackageName=version.removesuffix("2") + "1")
    sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus="Approved")
    sagemaker.add_tags(ResourceArn=version, Tags=[{"Key": "stage", "Value": "live"}])
    return str(version)


def seen(sagemaker: Any, version: str) -> list[Any]:
    answers = [
        sagemaker.list_pipelines(),
        sagemaker.describe_pipeline(PipelineName="kept"),
        sagemaker.describe_model_package_group(ModelPackageGroupName="kept"),
        sagemaker.list_model_packages(ModelPackageGroupName="kept"),
        sagemaker.describe_model_package(ModelPackageName=version),
        sagemaker.list_tags(ResourceArn=version),
    ]
    for answer in answers:
        answer.pop("ResponseMetadata")
    return answers


def test_the_registry_and_the_pipelines_survive_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_cloud(tmp_path) as first:
        sagemaker = client(first, "sagemaker", monkeypatch)
        version = make(sagemaker)
        before = seen(sagemaker, version)
    with own_cloud(tmp_path, port=first.port) as second:
        sagemaker = client(second, "sagemaker", monkeypatch)
        assert seen(sagemaker, version) == before
        assert sagemaker.create_model_package(ModelPackageGroupName="kept")[
            "ModelPackageArn"
        ].endswith("/3")


def test_a_killed_cloud_starts_again_with_its_key_and_what_it_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_cloud(tmp_path) as first:
        sagemaker = client(first, "sagemaker", monkeypatch)
        version = make(sagemaker)
        before = seen(sagemaker, version)
        os.kill(first.pid, signal.SIGKILL)
    with (tmp_path / "sagemaker.jsonl").open("a") as journal:
        journal.write('{"at": "2026-01-01T00:00:00+00:00", "operation": "DeletePipe')
    with own_cloud(tmp_path, port=first.port) as second:
        assert seen(client(second, "sagemaker", monkeypatch), version) == before
