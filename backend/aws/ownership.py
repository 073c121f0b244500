"""Responsible for whose a resource is: without the tenant's tag nothing is taken or removed."""

from collections.abc import Iterable, Mapping

from backend.domain import naming
from backend.domain.errors import AlreadyExists


def tags_of(listed: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags in the list form of most services."""
    return {tag["Key"]: tag["Value"] for tag in listed}


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def expect_same_owner(what: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raises AlreadyExists for a resource that is there and was not made for this tenant."""
    tenant_id = wanted[naming.TENANT_TAG]
    if not is_owned(found, tenant_id):
        raise AlreadyExists(
            f"{what} exists and does not carry tenant {tenant_id!r}'s tag: onboarding has not made "
            "it. Remove it, or roll back and choose another id."
        )


def is_owned(found: Mapping[str, str], tenant_id: str) -> bool:
    return found.get(naming.TENANT_TAG) == tenant_id
