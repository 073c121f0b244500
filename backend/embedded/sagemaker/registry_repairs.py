"""Responsible for what moto's model registry answers differently from AWS."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ConflictException, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from backend.embedded.sagemaker.listing import chosen_rows, listed

_DELETED = "Deleted"
_PENDING = "PendingManualApproval"
_MOST_TAGS = 50


def install() -> None:
    backend: Any = SageMakerModelBackend
    backend.create_model_package_group = _create_group(backend.create_model_package_group)
    backend.create_model_package = _create_version(backend.create_model_package)
    backend.describe_model_package = _describe_version(backend.describe_model_package)
    backend.update_model_package = _update_version
    backend.describe_model_package_group = _describe_group
    backend._get_resource_from_arn = _tagged(backend._get_resource_from_arn)
    backend.add_tags = _add_tags
    response: Any = SageMakerResponse
    response.list_model_packages = _list_versions
    response.delete_model_package = _delete_version
    response.delete_model_package_group = _delete_group


def _create_group(create: Callable[..., str]) -> Callable[..., str]:
    """A second group of one name is refused, where moto forgets the first."""

    def create_group(self: Any, model_package_group_name: str, *rest: Any, **more: Any) -> str:
        known = self.model_package_groups.get(model_package_group_name)
        if known is not None:
            raise ValidationError(f"Model Package Group already exists: {known.arn}")
        return create(self, model_package_group_name, *rest, **more)

    return create_group


def _create_version(create: Callable[..., str]) -> Callable[..., str]:
    """Versions wait for approval, carry no tags, and never take the number of a deleted one."""

    def create_version(self: Any, **given: Any) -> str:
        if given["model_package_group_name"]:
            if given["tags"]:
                raise ValidationError("Tags are not allowed for a versioned model package.")
            group = _describe_group(self, given["model_package_group_name"])
            given["model_package_group_name"] = group.model_package_group_name
            given["model_approval_status"] = given["model_approval_status"] or _PENDING
        return create(self, **given)

    return create_version


def _update_version(
    self: Any,
    model_package_arn: str,
    model_approval_status: str | None,
    approval_description: str | None,
    customer_metadata_properties: dict[str, str] | None,
    customer_metadata_properties_to_remove: list[str],
    additional_inference_specifications_to_add: list[Any] | None,
) -> str:
    """What an update leaves out stays, where moto erases it."""
    package = self.describe_model_package(model_package_arn)
    if model_approval_status is not None:
        package.set_model_approval_status(model_approval_status)
    if approval_description is not None:
        package.approval_description = approval_description
    properties = (package.customer_metadata_properties or {}) | (customer_metadata_properties or {})
    for name in customer_metadata_properties_to_remove:
        properties.pop(name, None)
    package.customer_metadata_properties = properties or None
    package.add_additional_inference_specifications(additional_inference_specifications_to_add)
    package.modifications_done()
    return str(package.arn)


def _describe_version(describe: Callable[..., Any]) -> Callable[..., Any]:
    """A deleted version is gone, though it stays counted."""

    def describe_version(self: Any, model_package_name: str) -> Any:
        package = describe(self, model_package_name)
        if package.model_package_status == _DELETED:
            raise ValidationError(f"Model package {model_package_name} not found")
        return package

    return describe_version


def _describe_group(self: Any, model_package_group_name: str) -> Any:
    """A group may be named by its ARN."""
    group = self.model_package_groups.get(model_package_group_name.rsplit("/", 1)[-1])
    if group is None:
        raise ValidationError(f"ModelPackageGroup {model_package_group_name} does not exist.")
    return group


def _delete_version(self: Any) -> EmptyResult:
    """moto cannot delete model packages."""
    name = self._get_param("ModelPackageName")
    self.sagemaker_backend.describe_model_package(name).model_package_status = _DELETED
    return EmptyResult()


def _delete_group(self: Any) -> EmptyResult:
    """moto cannot delete groups; AWS refuses while one holds versions."""
    backend = self.sagemaker_backend
    group = _describe_group(backend, self._get_param("ModelPackageGroupName"))
    if _versions(backend, group.model_package_group_name):
        raise ConflictException(
            f"Model Package Group {group.arn} cannot be deleted: it still contains model packages."
        )
    del backend.model_package_groups[group.model_package_group_name]
    backend.model_packages = {
        arn: package
        for arn, package in backend.model_packages.items()
        if package.model_package_group_name != group.model_package_group_name
    }
    return EmptyResult()


def _versions(backend: Any, group: str | None) -> list[Any]:
    return [
        package
        for package in backend.model_packages.values()
        if package.model_package_status != _DELETED and package.model_package_group_name == group
    ]


def _list_versions(self: Any) -> ActionResult:
    """A list of an unknown group is refused, deleted versions go, tokens must be ours."""
    backend, group = self.sagemaker_backend, self._get_param("ModelPackageGroupName")
    kind = self._get_param("ModelPackageType", "Versioned" if group else "Unversioned")
    if group:
        group = _describe_group(backend, group).model_package_group_name
    status = self._get_param("ModelApprovalStatus")
    packages = [
        package
        for package in backend.model_packages.values()
        if package.model_package_status != _DELETED
        and (group is None or package.model_package_group_name == group)
        and kind in (package.model_package_type, "Both")
        and status in (None, package.model_approval_status)
    ]
    chosen = chosen_rows(self, packages, "model_package_name")
    return ActionResult(
        listed(self, "ModelPackageSummaryList", chosen, lambda row: row.gen_response_object())
    )


def _tagged(find: Callable[..., Any]) -> Callable[..., Any]:
    """Model packages have tags too; a resource that is not there is refused, not a crash."""

    def tagged(self: Any, arn: str) -> Any:
        kind, _, name = arn.split(":")[-1].partition("/")
        if kind == "model-package":
            return self.describe_model_package(arn)
        resource = find(self, arn) if name and "/" not in name else None
        if resource is None:
            raise ValidationError(f"Could not find {kind} {arn}.")
        return resource

    return tagged


def _add_tags(self: Any, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """A tag takes the place of one with its key, where moto keeps both."""
    resource = self._get_resource_from_arn(arn)
    merged = {tag["Key"]: tag["Value"] for tag in [*(resource.tags or []), *tags]}
    if len(merged) > _MOST_TAGS:
        raise ValidationError(f"{arn} would have {len(merged)} tags: {_MOST_TAGS} are allowed.")
    all_tags = [{"Key": key, "Value": value} for key, value in merged.items()]
    resource.tags = all_tags
    return all_tags
