"""Responsible for invoices: drafts as they stand, issued ones as they are, and the issuing."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from backend.context import Context
from backend.domain.cost import ZERO
from backend.domain.cost_sync import known_months
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.invoice import (
    Invoice,
    InvoiceSummary,
    checked_begun,
    concerned,
    invoice_of,
    open_reasons,
    summary_of,
)
from backend.domain.month import in_words
from backend.domain.plan_book import PlanBook
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.usage import MonthUsage
from backend.month_usage import read_of, read_of_all, used_in

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MonthOfInvoices:
    """A month's invoices, issued ones and drafts, by the tenants' ids.

    `open_reasons` say why drafts cannot be issued yet; without one they can. Drafts are of what
    builds had used when costs were last read, at `read_at`; None before the first time.
    """

    month: str
    invoices: tuple[InvoiceSummary, ...]
    open_reasons: tuple[str, ...]
    read_at: datetime | None


def of_month(
    context: Context, principal: Principal, month: str, *, now: datetime
) -> MonthOfInvoices:
    """Every tenant's invoice of a month. Raises Invalid for what is no month or has not begun.

    What is issued is read as it is; a draft is reckoned from the usage that was last read.
    """
    principal.as_provider()
    checked_begun(month, now=now)
    state = context.sync_notes.read()
    found = {each.tenant_id: each for each in context.invoices.of_month(month)}
    others = [tenant for tenant in context.tenants.all() if tenant.tenant_id not in found]
    used, plans = read_of_all(context, others, month), context.plans.read()
    drafts = (_sketched(each, used[each.tenant_id], plans, now=now) for each in others)
    found |= {draft.tenant_id: draft for draft in drafts if draft is not None}
    return MonthOfInvoices(
        month,
        tuple(each for _, each in sorted(found.items())),
        open_reasons(month, state, now=now),
        state.synced_at,
    )


def brought(
    context: Context,
    principal: Principal,
    tenant_id: str,
    usages: Iterable[MonthUsage],
    *,
    now: datetime,
) -> dict[str, Decimal]:
    """US dollars that a tenant's months bring, by month: those of the usages, and issued ones.

    As issued; else as a draft of the usage would say, which the costs table keeps: no build is
    read. Months whose tier has no plan are left out. Raises Invalid for a month that has not begun.
    """
    tenant = _named(context, principal, tenant_id)
    found = {each.month: each.total for each in context.invoices.of_tenant(tenant_id)}
    plans = context.plans.read()
    for usage in usages:
        month = checked_begun(usage.month, now=now)
        if month in found:
            continue
        draft = _sketched(tenant, tenant.kept(month) or usage, plans, now=now)
        if draft is not None and not draft.missing_plan:
            found[month] = draft.total
    return found


def own(context: Context, principal: Principal, *, now: datetime) -> list[InvoiceSummary]:
    """The invoices of a tenant's own people, the newest month first; drafts where none is issued.

    Drafts are of what builds had used when costs were last read. That and invoices are read with
    the tenant's own credentials.
    """
    tenant = context.tenants.get(principal.own_tenant())
    rights = context.on_behalf_of(tenant)
    found = {each.month: each for each in rights.invoices.of_tenant(tenant.tenant_id)}
    months = known_months(now.astimezone(UTC).date())
    used, plans = read_of(rights, tenant, months), context.plans.read()
    drafts = (
        _sketched(tenant, used[month], plans, now=now) for month in months if month not in found
    )
    found |= {draft.month: draft for draft in drafts if draft is not None}
    return [each for _, each in sorted(found.items(), reverse=True)]


def see(
    context: Context, principal: Principal, month: str, *, now: datetime, tenant_id: str = ""
) -> Invoice:
    """The issued invoice of a month, or its draft as it stands.

    A provider names the tenant; a tenant's people see their own whatever they name, read with the
    tenant's own credentials. Raises Invalid for a month that has not begun, NotFound for an
    unknown tenant, one that was none in that month, and a tier without a plan, and Conflict for a
    tenant that is still onboarding.
    """
    checked_begun(month, now=now)
    if principal.role is Role.TENANT:
        tenant = context.tenants.get(principal.own_tenant())
        rights = context.on_behalf_of(tenant)
    else:
        tenant, rights = _named(context, principal, tenant_id), context
    known = rights.invoices.find(tenant.tenant_id, month)
    return known or _draft(context, tenant, month, rights=rights, now=now)


def issue(
    context: Context, principal: Principal, tenant_id: str, month: str, *, now: datetime
) -> Invoice:
    """The tenant's invoice of a month under its number; asked twice, it is the same one.

    Raises as `see`, and Conflict, with the reasons, while the month may still change.
    """
    principal.as_provider()
    checked_begun(month, now=now)
    tenant = _named(context, principal, tenant_id)
    known = context.invoices.find(tenant_id, month)
    if known is not None:
        return known
    draft = _draft(context, tenant, month, rights=context, now=now)
    issued = context.invoices.issue(draft, at=now, by=principal.name)
    LOG.info("tenant_id=%s invoice=%s month=%s", tenant_id, issued.number, month)
    return issued


def issue_all(
    context: Context, principal: Principal, month: str, *, now: datetime
) -> tuple[Invoice, ...]:
    """Issues all of a month's drafts, in the order of the tenants' ids, and returns them.

    Those of tiers without a plan are left out. Raises as `issue`; interrupted, the same call
    carries on.
    """
    found = of_month(context, principal, month, now=now)
    if found.open_reasons:
        raise Conflict(
            f"The invoices of {in_words(month)} cannot be issued yet: "
            f"{' '.join(found.open_reasons)}"
        )
    return tuple(
        issue(context, principal, each.tenant_id, month, now=now)
        for each in found.invoices
        if each.number is None and not each.missing_plan
    )


def _named(context: Context, principal: Principal, tenant_id: str) -> Tenant:
    principal.as_provider()
    if not tenant_id:
        raise Invalid("No tenant is named: choose one from the list of invoices.")
    return context.tenants.get(tenant_id)


def _draft(
    context: Context, tenant: Tenant, month: str, *, rights: Context, now: datetime
) -> Invoice:
    """Plans and what Cost Explorer has told are the provider's own: the portal reads them."""
    if tenant.status is TenantStatus.ONBOARDING:
        raise Conflict(
            f"{tenant.name} is not on board yet, so there is nothing to bill: resume its "
            "onboarding, or roll it back."
        )
    used = used_in(rights, tenant, month)
    if not concerned(tenant, used.usage):
        raise NotFound(
            f"{tenant.name} was no tenant in {in_words(month)} and has used nothing: choose "
            "another month."
        )
    state = context.sync_notes.read()
    return invoice_of(
        tenant,
        used.usage,
        context.plans.read(),
        build_ids=used.build_ids,
        data_as_of=now,
        open_reasons=open_reasons(month, state, now=now),
        provider=context.settings.provider_name,
    )


def _sketched(
    tenant: Tenant, usage: MonthUsage, plans: PlanBook, *, now: datetime
) -> InvoiceSummary | None:
    """The draft without its lines; None for a tenant that has nothing to pay for."""
    if tenant.status is TenantStatus.ONBOARDING or not concerned(tenant, usage):
        return None
    try:
        return summary_of(invoice_of(tenant, usage, plans, data_as_of=now))
    except NotFound as missing:
        return InvoiceSummary(
            tenant.tenant_id, tenant.name, usage.month, ZERO, missing_plan=str(missing)
        )
