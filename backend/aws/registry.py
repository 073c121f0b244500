"""Responsible for the model registry: the versions in a tenant's model package group."""

from collections.abc import Mapping
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain.errors import Invalid, NotFound
from backend.domain.model_version import ApprovalStatus, ModelVersion


class Registry:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _sagemaker(self) -> Any:
        return self._session.client("sagemaker")

    def versions(self, group: str) -> list[ModelVersion]:
        """The group's versions, the newest first."""
        pages = self._sagemaker.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
        )
        arns = [
            listed["ModelPackageArn"]
            for page in pages
            for listed in page["ModelPackageSummaryList"]
        ]
        return sorted((self.version(arn) for arn in arns), key=lambda version: -version.version)

    def version(self, arn: str) -> ModelVersion:
        sentence = f"There is no model version {arn}."
        with translated(sentence, ValidationException=NotFound, AccessDeniedException=NotFound):
            return _version(self._sagemaker.describe_model_package(ModelPackageName=arn))

    def decide(self, arn: str, status: ApprovalStatus, comment: str) -> None:
        with translated(ValidationException=Invalid):
            self._sagemaker.update_model_package(
                ModelPackageArn=arn,
                ModelApprovalStatus=status.value,
                ApprovalDescription=comment,
            )


def _version(package: Mapping[str, Any]) -> ModelVersion:
    properties = package.get("CustomerMetadataProperties", {})
    return ModelVersion(
        arn=package["ModelPackageArn"],
        version=package["ModelPackageVersion"],
        status=ApprovalStatus(package["ModelApprovalStatus"]),
        created_at=package["CreationTime"],
        build_id=properties.get("build-id", ""),
        algorithm=properties.get("algorithm", ""),
        model_data=package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"],
        comment=package.get("ApprovalDescription", ""),
    )
