"""Responsible for intake: each uploaded version becomes one waiting or rejected build."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from backend.context import Context
from backend.domain.build import Build, BuildState
from backend.domain.build_request import BuildRequest
from backend.domain.choices import Choices
from backend.domain.errors import Invalid, NotFound
from backend.domain.tenant import Tenant, TenantStatus
from backend.line import join

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The build a message asks for; `may_start` calls for a dispatch.

    When no slot is free none is called for: whoever frees the next one calls for its own.
    """

    build: Build
    may_start: bool


def ingest(context: Context, body: str, *, queued_at: datetime, now: datetime) -> TakenIn:
    """Writes the build a message asks for, once however often the message comes.

    A request that can never be built is kept as a rejected build with the reason. Raises Invalid
    or NotFound when no build can be named at all: such a message belongs to the dead letters.
    """
    request = BuildRequest.from_message(body)
    tenant = context.tenants.get(request.tenant_id)
    asked = partial(Build.waiting, request, tier=tenant.tier, queued_at=queued_at, at=now)
    try:
        build = asked(choices=_accepted(context, tenant, request))
    except (Invalid, NotFound) as fault:
        build = asked(choices=tenant.defaults).ended(BuildState.REJECTED, at=now, reason=str(fault))
        new, may_start = context.builds.add(build), False
    else:
        context.objects.copy(
            request.upload.bucket,
            request.upload.key,
            request.upload.version_id,
            to=build.input_key,
        )
        joined = join(context, build, tenant, now=now)
        new, may_start = joined is not None, joined is None or joined.room
    LOG.info(
        "tenant_id=%s build_id=%s state=%s new=%s reason=%s",
        build.tenant_id,
        build.build_id,
        build.state,
        new,
        build.reason,
    )
    return TakenIn(build, may_start)


def _accepted(context: Context, tenant: Tenant, request: BuildRequest) -> Choices:
    """The choices to build with; raises Invalid or NotFound with why this cannot be built."""
    if request.upload.bucket != tenant.bucket:
        raise Invalid(
            f"Bucket {request.upload.bucket} is not tenant {tenant.tenant_id}'s: "
            f"upload to {tenant.bucket}."
        )
    if tenant.status is not TenantStatus.ACTIVE:
        raise Invalid(f"Tenant {tenant.tenant_id} is {tenant.status}: ask your provider.")
    if request.upload.size == 0:
        raise Invalid(f"The file {request.upload.file_name!r} is empty: upload it again.")
    tier = context.tiers.get(tenant.tier)
    tier.instance_type_for(request.upload.size)
    metadata = context.objects.metadata(
        request.upload.bucket, request.upload.key, request.upload.version_id
    )
    choices = tenant.defaults.with_metadata(metadata)
    algorithm = context.algorithms.get(choices.algorithm)
    if choices.objective != "auto" and choices.objective not in algorithm.objectives:
        known = ", ".join(algorithm.objectives)
        raise Invalid(
            f"Algorithm {choices.algorithm!r} does not learn {choices.objective.value!r}: "
            f"it learns {known}."
        )
    if choices.tuned and tier.tuning is None:
        raise Invalid(f"Tier {tier.name!r} has no tuning: build untuned or ask for a larger tier.")
    return choices
