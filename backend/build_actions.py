"""Responsible for what people do to one build: cancel it, stop it, try it again, move it ahead."""

import logging
from dataclasses import replace
from datetime import datetime

from backend.aws.scheduling_table import Claim
from backend.context import Context
from backend.domain import naming
from backend.domain.audit import Action, AuditEntry
from backend.domain.build import Build, BuildState
from backend.domain.errors import Conflict
from backend.domain.principal import Principal, Role
from backend.domain.start import parameters_of
from backend.domain.tenant import TenantStatus
from backend.line import join
from backend.seeing import build_of
from backend.starting import stop as stop_execution

LOG = logging.getLogger(__name__)
_TRIES = 10


def cancel(
    context: Context,
    principal: Principal,
    build_id: str,
    *,
    now: datetime,
    tenant_id: str | None = None,
) -> Build:
    """Takes a waiting build out of the line for good; its tenant does not pay its turn.

    Raises Conflict, with what to do instead, for a build that waits no more.
    """
    build = build_of(context, principal, build_id, tenant_id=tenant_id)
    for _ in range(_TRIES):
        _expect_waiting(build)
        reason = f"Cancelled by {principal.name}."
        cancelled = build.ended(BuildState.STOPPED, at=now, reason=reason)
        finish = context.tenants.get(build.tenant_id).finish.get(build.tier)
        if context.scheduling.leave(build, cancelled, finish=finish) is Claim.DONE:
            _note(context, principal, Action.CANCEL, build, now=now, before=build.state)
            return cancelled
        build = context.builds.get(build.tenant_id, build_id)
    raise Conflict(f"Build {build_id} cannot be cancelled just now: try again.")


def stop(
    context: Context,
    principal: Principal,
    build_id: str,
    *,
    now: datetime,
    tenant_id: str | None = None,
) -> Build:
    """Asks for the end of a running build; it is Stopped, its slot free, once SageMaker says so.

    A build that has ended is returned as it is. The wish is written down first: a build without an
    execution yet is stopped by whoever takes up its start.
    """
    build = build_of(context, principal, build_id, tenant_id=tenant_id)
    for _ in range(_TRIES):
        if build.state.is_final:
            return build
        if build.state is BuildState.WAITING:
            raise Conflict(f"Build {build_id} waits and does not run yet: cancel it instead.")
        try:
            stopping = _asked_to_stop(context, principal, build, now=now)
        except Conflict:
            build = context.builds.get(build.tenant_id, build_id)
            continue
        if stopping.execution_arn:
            stop_execution(context, stopping)
        return stopping
    raise Conflict(f"Build {build_id} keeps changing: try again.")


def retry(
    context: Context,
    principal: Principal,
    build_id: str,
    *,
    now: datetime,
    tenant_id: str | None = None,
) -> Build:
    """A new build of a failed or stopped one's input, in its tenant's tier; asked twice, it is one.

    Raises Invalid or Conflict, with the remedy, for what could not be built now either.
    """
    build = build_of(context, principal, build_id, tenant_id=tenant_id)
    if build.state is BuildState.REJECTED:
        raise Conflict(f"Build {build_id} was rejected: correct the file and upload it again.")
    tenant = context.tenants.get(build.tenant_id)
    if tenant.status is not TenantStatus.ACTIVE:
        raise Conflict(
            f"Tenant {tenant.tenant_id!r} is {tenant.status}: only an active tenant's builds can "
            "be tried again."
        )
    again = replace(build.retried(build_id=naming.retry_id_of(build_id), at=now), tier=tenant.tier)
    # What its start would refuse is refused now.
    tier, algorithm = (
        context.tiers.get(tenant.tier),
        context.algorithms.get(again.choices.algorithm),
    )
    parameters_of(again, tenant, tier, algorithm)
    context.on_behalf_of(tenant).objects.expect(
        tenant.bucket, again.input_key, f"The input of build {build_id} is gone: upload it again."
    )
    if not join(context, again, tenant, now=now):
        return context.builds.get(tenant.tenant_id, again.build_id)
    _note(context, principal, Action.RETRY, build, now=now, before=build.state)
    context.functions.invoke_dispatch(arrived=[again.build_id])
    return context.builds.get(tenant.tenant_id, again.build_id)


def move_to_front(
    context: Context,
    principal: Principal,
    build_id: str,
    *,
    now: datetime,
    tenant_id: str | None = None,
) -> Build:
    """The waiting build before all others of its tier; no limit is lifted for it."""
    principal.as_provider()
    build = build_of(context, principal, build_id, tenant_id=tenant_id)
    front = build.at_front(context.tiers.get(build.tier).rank, at=now)
    if build.parked:
        raise Conflict(
            f"Build {build_id} stands aside ({build.parked}): it can be moved once its tenant may "
            "start builds again."
        )
    moved = context.builds.move(build, front)
    _note(context, principal, Action.MOVE_TO_FRONT, build, now=now)
    context.functions.invoke_dispatch()
    return moved


def _expect_waiting(build: Build) -> None:
    if build.state.is_final:
        raise Conflict(f"Build {build.build_id} is {build.state}: there is nothing to cancel.")
    if build.state is not BuildState.WAITING:
        raise Conflict(f"Build {build.build_id} has started already: stop it instead.")


def _asked_to_stop(context: Context, principal: Principal, build: Build, *, now: datetime) -> Build:
    stopping = build.stopping(at=now, by=principal.name)
    if stopping == build:
        return build
    context.builds.move(build, stopping)
    _note(context, principal, Action.STOP, build, now=now, before=build.state)
    return stopping


def _note(
    context: Context,
    principal: Principal,
    action: Action,
    build: Build,
    *,
    now: datetime,
    before: str = "",
) -> None:
    """Everything is logged; what a provider does to a tenant's build is remembered, too."""
    LOG.info(
        "tenant_id=%s build_id=%s %s by %s", build.tenant_id, build.build_id, action, principal.name
    )
    if principal.role is Role.PROVIDER:
        subject = (
            f"build {build.build_id[:8]} of {build.upload.file_name}, tenant {build.tenant_id}"
        )
        context.audit.add(AuditEntry(now, principal.name, action, subject, before=before))
