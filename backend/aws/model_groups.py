"""Responsible for tenants' model package groups: making one, removing one with its versions."""

from collections.abc import Mapping
from typing import Any

from backend.aws.ownership import expect_same_owner, is_owned, listed, tags_of
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain.errors import NotFound
from backend.domain.onboarding import StepKind
from backend.domain.removal import Outcome, Removal


class ModelGroups:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _sagemaker(self) -> Any:
        return self._session.client("sagemaker")

    def bring(self, name: str, settings: Mapping[str, Any]) -> None:
        """Makes the group or tags it as given; AlreadyExists for somebody else's."""
        tags = settings["Tags"]
        arn = self._arn(name)
        if arn is None:
            self._sagemaker.create_model_package_group(
                ModelPackageGroupName=name,
                ModelPackageGroupDescription=settings["Description"],
                Tags=listed(tags),
            )
            return
        expect_same_owner(f"Model group {name}", self._tags(arn), tags)
        self._sagemaker.add_tags(ResourceArn=arn, Tags=listed(tags))

    def remove(self, name: str, tenant_id: str) -> Removal:
        """Removes the group with every version in it; the artefacts lie in the tenant's bucket."""
        arn = self._arn(name)
        if arn is None:
            return Removal(StepKind.MODEL_GROUP, name, Outcome.ABSENT)
        if not is_owned(self._tags(arn), tenant_id):
            return Removal(StepKind.MODEL_GROUP, name, Outcome.FOREIGN)
        versions = self._versions(name)
        for version in versions:
            self._sagemaker.delete_model_package(ModelPackageName=version)
        self._sagemaker.delete_model_package_group(ModelPackageGroupName=name)
        detail = f"{len(versions)} versions"
        return Removal(StepKind.MODEL_GROUP, name, Outcome.REMOVED, detail)

    def _arn(self, name: str) -> str | None:
        """The group's ARN; None when there is no such group."""
        try:
            # SageMaker has no code of its own for a missing group.
            with translated(ValidationException=NotFound):
                group = self._sagemaker.describe_model_package_group(ModelPackageGroupName=name)
        except NotFound:
            return None
        return str(group["ModelPackageGroupArn"])

    def _tags(self, arn: str) -> dict[str, str]:
        return tags_of(self._sagemaker.list_tags(ResourceArn=arn)["Tags"])

    def _versions(self, name: str) -> list[str]:
        pages = self._sagemaker.get_paginator("list_model_packages")
        return [
            version["ModelPackageArn"]
            for page in pages.paginate(ModelPackageGroupName=name)
            for version in page["ModelPackageSummaryList"]
        ]
