"""Responsible for uploads: links for the browser to send parts straight to the tenant's bucket."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.aws.objects import UnfinishedUpload
from backend.context import Context
from backend.domain import naming
from backend.domain.choices import Choices, checked
from backend.domain.errors import Forbidden, Invalid
from backend.domain.principal import Principal
from backend.domain.tenant import Tenant, TenantStatus

PART_SIZE = 8 << 20  # S3 takes parts of 5 MiB to 5 GiB, at most 10,000 of them
MAX_PARTS = 10_000
LINKS_LAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """What the browser needs to send a file: `urls[i]` takes part i + 1, `done` has arrived."""

    upload_id: str
    bucket: str
    key: str
    size: int
    part_size: int
    urls: tuple[str, ...]
    expires_at: datetime
    done: tuple[int, ...] = ()


def begin(
    context: Context,
    principal: Principal,
    *,
    file_name: str,
    size: int,
    content_type: str,
    choices: Choices,
    now: datetime,
) -> UploadTicket:
    """Begins a multipart upload with the tenant's own credentials; the choices ride along.

    Raises Invalid for an unusable name, an empty file or one that the tier does not take, and
    Forbidden for a tenant that is not active.
    """
    tenant, own = _tenant(context, principal)
    if size <= 0:
        raise Invalid(f"The file {file_name[:60]!r} is empty: choose another.")
    context.tiers.get(tenant.tier).instance_type_for(size)
    key = naming.upload_key_of(file_name)
    upload_id = own.objects.begin(
        tenant.bucket, key, content_type=content_type, metadata=checked(choices).as_metadata()
    )
    return _ticket(own, tenant.bucket, key, upload_id, size=size, now=now)


def resume(
    context: Context,
    principal: Principal,
    *,
    upload_id: str,
    key: str,
    size: int,
    now: datetime,
) -> UploadTicket:
    """A new ticket for an upload begun earlier, telling which parts have arrived."""
    tenant, own = _tenant(context, principal)
    arrived = own.objects.parts(tenant.bucket, key, upload_id)
    ticket = _ticket(own, tenant.bucket, key, upload_id, size=size, now=now)
    done = tuple(
        number for number, (_, got) in arrived.items() if got == _size_of_part(ticket, number)
    )
    return replace(ticket, done=done)


def complete(context: Context, principal: Principal, ticket: UploadTicket) -> None:
    """Puts the parts together; S3's list of parts is believed, not the browser's."""
    tenant, own = _tenant(context, principal)
    parts = own.objects.parts(tenant.bucket, ticket.key, ticket.upload_id)
    arrived = sum(size for _, size in parts.values())
    if arrived != ticket.size:
        raise Invalid(
            f"Of {ticket.key.removeprefix(naming.UPLOADS)} {arrived:,} of {ticket.size:,} bytes "
            "have arrived: resume the upload."
        )
    own.objects.complete(tenant.bucket, ticket.key, ticket.upload_id, parts)


def abort(context: Context, principal: Principal, *, key: str, upload_id: str) -> None:
    """Gives up an upload and what has arrived of it."""
    tenant, own = _tenant(context, principal)
    own.objects.abort(tenant.bucket, key, upload_id)


def unfinished(context: Context, principal: Principal) -> list[UnfinishedUpload]:
    """The tenant's uploads that were begun and can be resumed, the newest first."""
    tenant, own = _tenant(context, principal)
    begun = own.objects.unfinished(tenant.bucket)
    return sorted(begun, key=lambda upload: upload.begun_at, reverse=True)


def _tenant(context: Context, principal: Principal) -> tuple[Tenant, Context]:
    tenant = context.tenants.get(principal.own_tenant())
    if tenant.status is not TenantStatus.ACTIVE:
        raise Forbidden(f"Tenant {tenant.tenant_id} is {tenant.status}: ask your provider.")
    return tenant, context.on_behalf_of(tenant)


def _ticket(
    own: Context, bucket: str, key: str, upload_id: str, *, size: int, now: datetime
) -> UploadTicket:
    ticket = UploadTicket(
        upload_id=upload_id,
        bucket=bucket,
        key=key,
        size=size,
        part_size=max(PART_SIZE, math.ceil(size / MAX_PARTS)),
        urls=(),
        expires_at=now + LINKS_LAST,
    )
    urls = tuple(
        own.objects.part_link(
            bucket,
            key,
            upload_id,
            number,
            size=_size_of_part(ticket, number),
            seconds=int(LINKS_LAST.total_seconds()),
        )
        for number in range(1, math.ceil(size / ticket.part_size) + 1)
    )
    return replace(ticket, urls=urls)


def _size_of_part(ticket: UploadTicket, number: int) -> int:
    return min(ticket.part_size, ticket.size - (number - 1) * ticket.part_size)
