"""Responsible for offboarding: all of a tenant goes, and a report tells what became of it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.aws.reach import reached
from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.errors import BackendError, Conflict, Invalid
from backend.domain.month import month_of
from backend.domain.new_tenant import NewTenant
from backend.domain.onboarding import PlannedStep, StepKind, plan_of
from backend.domain.principal import Principal
from backend.domain.removal import Outcome, Removal
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.usage import MonthUsage, usage_of

LOG = logging.getLogger(__name__)
_RUNNING = (BuildState.STARTING, BuildState.EXECUTING)
_NAMED = 5
# What lets new builds and new people in goes first.
_ENTRANCES = (StepKind.USER, StepKind.RULE)
_STAYS = (
    ("Cost history", "Cost Explorer", "billing data of the account, under the tenant's tag"),
    ("Invoices", naming.INVOICES_TABLE, "what was billed to it, under its name and id"),
    (
        "Cost and usage",
        naming.COSTS_TABLE,
        "what its months cost, and what its builds used in them",
    ),
    ("History", "pipeline executions and jobs", "SageMaker lets nobody delete it"),
    ("Logs", "/aws/sagemaker", "log groups that all tenants' jobs share"),
)


@dataclass(frozen=True, slots=True)
class OffboardingReport:
    """What became of each thing; the registry keeps the id so that it is never given again."""

    tenant: Tenant
    removals: tuple[Removal, ...]

    def as_text(self) -> str:
        return "".join(f"{removal}\n" for removal in self.removals)


def offboard(
    context: Context, principal: Principal, tenant_id: str, *, confirm: str, now: datetime
) -> OffboardingReport:
    """Ends the tenant: its people, data, models, roles and build records go for good.

    Raises Invalid unless `confirm` is the tenant's id, and Conflict while builds run. Interrupted,
    it stays in Offboarding, and the same call carries on.
    """
    principal.as_provider()
    if confirm != tenant_id:
        raise Invalid(f"To offboard tenant {tenant_id!r}, type its id: {confirm!r} is another.")
    tenant = _expect_offboardable(context.tenants.get(tenant_id))
    _expect_none_running(context, tenant_id)
    leaving = replace(tenant.with_status(TenantStatus.OFFBOARDING), left_at=tenant.left_at or now)
    context.tenants.save(tenant, leaving)
    try:
        with reached():
            report = _remove_all(context, leaving, now=now)
    except BackendError as fault:
        why = str(fault).rstrip(".")
        failure = f"Offboarding is not finished: {why}. Offboard again to carry on."
        context.tenants.save(leaving, leaving.with_status(TenantStatus.OFFBOARDING, failure))
        raise type(fault)(failure) from fault
    gone = replace(report.tenant.with_status(TenantStatus.OFFBOARDED), first_user="")
    LOG.info("tenant_id=%s offboarded", tenant_id)
    return replace(report, tenant=context.tenants.save(report.tenant, gone))


def _remove_all(context: Context, tenant: Tenant, *, now: datetime) -> OffboardingReport:
    steps = plan_of(NewTenant.of(tenant), context.site).made_in_aws[::-1]
    entrances = [step for step in steps if step.kind in _ENTRANCES]
    others = [step for step in steps if step.kind not in _ENTRANCES]
    closed = _remove(context, entrances, tenant.tenant_id)
    stopped = _stop_waiting(context, tenant.tenant_id, now=now)
    # A dispatch may have started one while the entrances were closed.
    _expect_none_running(context, tenant.tenant_id)
    tenant = _with_usage_kept(context, tenant)
    emptied = _remove(context, others, tenant.tenant_id)
    rows = context.builds.remove_all_of(tenant.tenant_id)
    name = f"{naming.BUILDS_TABLE}/{tenant.tenant_id}"
    records = Removal(
        "Build records",
        name,
        Outcome.REMOVED if rows else Outcome.ABSENT,
        f"{rows} rows, {stopped} of them stopped while waiting",
    )
    stays = [Removal(kind, name, Outcome.KEPT, why) for kind, name, why in _STAYS]
    tombstone = Removal(
        StepKind.REGISTRY_ROW,
        f"{naming.TENANTS_TABLE}/{tenant.tenant_id}",
        Outcome.KEPT,
        "without the first user's address, so that the id is not given again, and with the usage "
        "that is not billed yet",
    )
    return OffboardingReport(tenant, (*closed, *emptied, records, tombstone, *stays))


def _remove(context: Context, steps: Sequence[PlannedStep], tenant_id: str) -> list[Removal]:
    return [context.resources.remove(step, tenant_id) for step in steps]


def _with_usage_kept(context: Context, tenant: Tenant) -> Tenant:
    """What months without an invoice are to be billed for outlives the builds; told once."""
    if tenant.kept_usage is not None:
        return tenant
    billed = {invoice.month for invoice in context.invoices.of_tenant(tenant.tenant_id)}
    ended: dict[str, list[Build]] = {}
    for build in context.builds.every_of(tenant.tenant_id):
        if build.ended_at is not None:
            ended.setdefault(month_of(build.ended_at), []).append(build)
    kept: tuple[MonthUsage, ...] = tuple(
        usage_of(tenant.tenant_id, month, builds)
        for month, builds in sorted(ended.items())
        if month not in billed
    )
    return context.tenants.save(tenant, replace(tenant, kept_usage=kept))


def _stop_waiting(context: Context, tenant_id: str, *, now: datetime) -> int:
    """Waiting builds are stopped before anything they need goes."""
    builds = context.builds.every_of(tenant_id)
    return sum(_stopped(context, build, now=now) for build in builds)


def _stopped(context: Context, build: Build, *, now: datetime) -> bool:
    """Whether the build was waiting until now; a dispatch may start it first, or set it aside."""
    while build.state is BuildState.WAITING:
        stopped = build.ended(BuildState.STOPPED, at=now, reason="The tenant was offboarded.")
        try:
            context.builds.move(build, stopped)
        except Conflict:
            build = context.builds.get(build.tenant_id, build.build_id)
        else:
            return True
    return False


def _expect_offboardable(tenant: Tenant) -> Tenant:
    match tenant.status:
        case TenantStatus.ONBOARDING:
            raise Conflict(f"Tenant {tenant.tenant_id!r} is half made: roll its onboarding back.")
        case TenantStatus.OFFBOARDED:
            raise Conflict(f"Tenant {tenant.tenant_id!r} is offboarded already.")
    return tenant


def _expect_none_running(context: Context, tenant_id: str) -> None:
    running = [build for build in context.builds.every_of(tenant_id) if build.state in _RUNNING]
    if running:
        raise Conflict(
            f"Tenant {tenant_id!r} has {len(running)} running: {_named(running)}. Wait until they "
            "have ended, then offboard it."
        )


def _named(builds: Sequence[Build]) -> str:
    names = [f"build {build.build_id[:8]} of {build.upload.file_name}" for build in builds[:_NAMED]]
    more = len(builds) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
