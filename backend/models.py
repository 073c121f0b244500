"""Responsible for model versions: seeing, approving, rejecting and downloading the tenant's own."""

from backend.context import Context
from backend.domain.errors import Invalid
from backend.domain.model_version import ApprovalStatus, ModelVersion
from backend.domain.principal import Principal
from backend.domain.tenant import Tenant

LINK_SECONDS = 300
_COMMENT_LIMIT = 1024


def list_versions(context: Context, principal: Principal) -> list[ModelVersion]:
    """The tenant's model versions, the newest first."""
    tenant, own = _own(context, principal)
    return own.registry.versions(tenant.model_group)


def decide(
    context: Context, principal: Principal, arn: str, status: ApprovalStatus, comment: str
) -> None:
    """Approves or rejects a version, with the reason for those who come later."""
    if len(comment) > _COMMENT_LIMIT:
        raise Invalid(f"The comment has {len(comment)} characters; at most {_COMMENT_LIMIT} fit.")
    _, own = _own(context, principal)
    version = own.registry.version(arn)
    signed = f"{comment.strip()} ({principal.name})".strip()
    own.registry.decide(version.arn, status, signed[:_COMMENT_LIMIT])


def download_url(context: Context, principal: Principal, arn: str) -> str:
    """A link to the version's artefact that lasts five minutes."""
    tenant, own = _own(context, principal)
    version = own.registry.version(arn)
    name = f"{tenant.tenant_id}-model-{version.version}.tar.gz"
    return own.objects.link(version.model_data, seconds=LINK_SECONDS, file_name=name)


def _own(context: Context, principal: Principal) -> tuple[Tenant, Context]:
    tenant = context.tenants.get(principal.own_tenant())
    return tenant, context.on_behalf_of(tenant)
