"""The model registry answers as AWS's does."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud import REGION, Cloud
from tests.integration.roles import ACCOUNT

ARNS = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"


@pytest.fixture
def sagemaker(cloud: Cloud) -> Any:
    return cloud.session().client("sagemaker")


@pytest.fixture
def group(sagemaker: Any) -> str:
    name = f"group-{uuid.uuid4().hex[:8]}"
    sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


def version(sagemaker: Any, group: str, **more: Any) -> str:
    made = sagemaker.create_model_package(ModelPackageGroupName=group, **more)
    return str(made["ModelPackageArn"])


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_update_leaves_alone_what_it_does_not_name(sagemaker: Any, group: str) -> None:
    arn = version(sagemaker, group, CustomerMetadataProperties={"build-id": "b1", "gone": "x"})
    sagemaker.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good"
    )
    sagemaker.update_model_package(
        ModelPackageArn=arn,
        CustomerMetadataProperties={"more": "y"},
        CustomerMetadataPropertiesToRemove=["gone"],
    )
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    assert package["CustomerMetadataProperties"] == {"build-id": "b1", "more": "y"}
    assert package["ModelApprovalStatus"] == "Approved"
    assert package["ApprovalDescription"] == "good"


def test_an_unknown_approval_status_is_refused(sagemaker: Any, group: str) -> None:
    arn = version(sagemaker, group)
    code, _ = refusal(
        sagemaker.update_model_package, ModelPackageArn=arn, ModelApprovalStatus="Fine"
    )
    assert code == "ValidationException"


def test_a_version_waits_for_approval(sagemaker: Any, group: str) -> None:
    package = sagemaker.describe_model_package(ModelPackageName=version(sagemaker, group))
    assert package["ModelApprovalStatus"] == "PendingManualApproval"


def test_a_versioned_package_takes_no_tags(sagemaker: Any, group: str) -> None:
    code, _ = refusal(
        sagemaker.create_model_package,
        ModelPackageGroupName=group,
        Tags=[{"Key": "tenant-id", "Value": "acme"}],
    )
    assert code == "ValidationException"


def test_a_model_package_has_tags(sagemaker: Any, group: str) -> None:
    arn = version(sagemaker, group)
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "old"}])
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "new"}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "new"}]
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["stage"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


@pytest.mark.parametrize(
    "name", ["model-package/none/1", "pipeline/none", "model-package-group/none"]
)
def test_tags_of_what_is_not_there_are_refused(sagemaker: Any, name: str) -> None:
    code, message = refusal(sagemaker.list_tags, ResourceArn=f"{ARNS}:{name}")
    assert code == "ValidationException"
    assert name.split("/")[1] in message


def test_a_second_group_of_one_name_is_refused(sagemaker: Any, group: str) -> None:
    version(sagemaker, group)
    code, message = refusal(sagemaker.create_model_package_group, ModelPackageGroupName=group)
    assert code == "ValidationException"
    assert message == f"Model Package Group already exists: {ARNS}:model-package-group/{group}"
    assert len(listed(sagemaker, ModelPackageGroupName=group)) == 1


def test_a_group_is_found_by_its_arn_as_well(sagemaker: Any, group: str) -> None:
    arn = f"{ARNS}:model-package-group/{group}"
    named = sagemaker.describe_model_package_group(ModelPackageGroupName=arn)
    assert named["ModelPackageGroupName"] == group
    assert version(sagemaker, arn) == f"{ARNS}:model-package/{group}/1"
    assert len(listed(sagemaker, ModelPackageGroupName=arn)) == 1


def test_a_deleted_versions_number_is_never_used_again(sagemaker: Any, group: str) -> None:
    first, second = version(sagemaker, group), version(sagemaker, group)
    sagemaker.delete_model_package(ModelPackageName=second)
    assert version(sagemaker, group).endswith("/3")
    assert refusal(sagemaker.describe_model_package, ModelPackageName=second)[0] == (
        "ValidationException"
    )
    assert [
        found["ModelPackageArn"] for found in listed(sagemaker, ModelPackageGroupName=group)
    ] == [
        first,
        first.removesuffix("1") + "3",
    ]


def test_a_group_is_deleted_once_it_is_empty(sagemaker: Any, group: str) -> None:
    arn = version(sagemaker, group)
    code, message = refusal(sagemaker.delete_model_package_group, ModelPackageGroupName=group)
    assert (code, group in message) == ("ConflictException", True)
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    assert refusal(sagemaker.list_model_packages, ModelPackageGroupName=group)[0] == (
        "ValidationException"
    )


def listed(sagemaker: Any, **request: Any) -> list[Any]:
    pages = sagemaker.get_paginator("list_model_packages").paginate(**request)
    return [package for page in pages for package in page["ModelPackageSummaryList"]]


def test_versions_are_listed_by_group_status_time_and_page(sagemaker: Any, group: str) -> None:
    arns = [version(sagemaker, group) for _ in range(5)]
    sagemaker.update_model_package(ModelPackageArn=arns[2], ModelApprovalStatus="Rejected")

    def found(**request: Any) -> list[str]:
        return [p["ModelPackageArn"] for p in listed(sagemaker, **request)]

    assert found(ModelPackageGroupName=group, PaginationConfig={"PageSize": 2}) == arns
    assert found(ModelPackageGroupName=group, SortOrder="Descending") == arns[::-1]
    assert found(ModelPackageGroupName=group, ModelApprovalStatus="Rejected") == [arns[2]]
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert found(ModelPackageGroupName=group, CreationTimeAfter=soon) == []
    assert found(ModelPackageGroupName=group, CreationTimeBefore=soon) == arns


def test_a_pagination_token_of_no_list_is_refused(sagemaker: Any, group: str) -> None:
    code, _ = refusal(sagemaker.list_model_packages, ModelPackageGroupName=group, NextToken="x")
    assert code == "ValidationException"


def test_groups_are_listed_by_name_and_time(sagemaker: Any, group: str) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    found = sagemaker.list_model_package_groups(NameContains=group, CreationTimeBefore=soon)
    assert [g["ModelPackageGroupName"] for g in found["ModelPackageGroupSummaryList"]] == [group]
    later = sagemaker.list_model_package_groups(NameContains=group, CreationTimeAfter=soon)
    assert later["ModelPackageGroupSummaryList"] == []
