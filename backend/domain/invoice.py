"""Responsible for a tenant's invoice: a draft until its month is final, then fixed for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backend.domain.audit import Action, AuditEntry
from backend.domain.bill import InvoiceLine, by_tier, lines_of
from backend.domain.cost_sync import SyncState
from backend.domain.errors import Conflict, Invalid
from backend.domain.exact import exact_sum
from backend.domain.month import checked_month, days_of, in_words, month_of
from backend.domain.plan import CURRENCY, Plan
from backend.domain.plan_book import PlanBook
from backend.domain.spells import days_by_tier
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage

_ALWAYS = (
    f"Amounts are in {CURRENCY}, before taxes.",
    "Months are UTC months; a build is billed in the month it ended in, by the plan of the tier it "
    "was asked for in.",
    "Build minutes are the seconds of each instance that its jobs were billed for, divided by 60, "
    "whatever became of the build; as builds count those that succeeded.",
    "Fees, included quantities and minimum spend go by UTC days; a day belongs to the tier the "
    "tenant was in at its end. Rates hold for the whole month.",
)


class InvoiceStatus(StrEnum):
    DRAFT = "Draft"
    FINAL = "Final"


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan by its tier and the month it has held from."""

    tier: str
    since: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """A tenant's month: US dollars; the total is the sum of the lines as they are rounded.

    `provider` is the name of who bills. A draft has no number and says in `open_reasons` why not;
    it tells what was known at `data_as_of`, its fees reckoned as if the tenant stayed in its tier.
    """

    tenant_id: str
    tenant_name: str
    month: str
    lines: tuple[InvoiceLine, ...] = ()
    plans: tuple[PlanVersion, ...] = ()
    terms: tuple[str, ...] = ()
    currency: str = CURRENCY
    data_as_of: datetime | None = None
    open_reasons: tuple[str, ...] = ()
    provider: str = ""
    number: str | None = None
    issued_at: datetime | None = None
    issued_by: str = ""

    @property
    def status(self) -> InvoiceStatus:
        return InvoiceStatus.DRAFT if self.number is None else InvoiceStatus.FINAL

    @property
    def subtotals(self) -> dict[str, Decimal]:
        """The lines' sum by tier."""
        return by_tier(self.lines)

    @property
    def total(self) -> Decimal:
        return exact_sum(line.amount for line in self.lines)

    def checked_to_issue(self) -> "Invoice":
        """The draft itself; raises Conflict, with the reasons, while the month is not final."""
        if self.open_reasons:
            raise Conflict(
                f"The invoice of {self.tenant_id!r} for {in_words(self.month)} cannot be issued "
                f"yet: {' '.join(self.open_reasons)}"
            )
        return self

    def issued(self, number: str, *, at: datetime, by: str) -> "Invoice":
        """The draft under its number, from then on unchanged."""
        return replace(self.checked_to_issue(), number=number, issued_at=at, issued_by=by)


@dataclass(frozen=True, slots=True)
class InvoiceSummary:
    """An invoice without its lines: US dollars in all and by tier; without a number it is a draft.

    `missing_plan` says why there is no figure.
    """

    tenant_id: str
    tenant_name: str
    month: str
    total: Decimal
    subtotals: dict[str, Decimal] = field(default_factory=dict)
    number: str | None = None
    issued_at: datetime | None = None
    currency: str = CURRENCY
    missing_plan: str = ""

    @property
    def status(self) -> InvoiceStatus:
        return InvoiceStatus.DRAFT if self.number is None else InvoiceStatus.FINAL


def invoice_of(
    tenant: Tenant,
    usage: MonthUsage,
    book: PlanBook,
    *,
    build_ids: Mapping[str, tuple[str, ...]] | None = None,
    data_as_of: datetime,
    open_reasons: tuple[str, ...] = (),
    provider: str = "",
) -> Invoice:
    """The tenant's draft of the usage's month; NotFound for a tier without a plan."""
    days = days_by_tier(tenant.spells, usage.month, left_at=tenant.left_at)
    lines = lines_of(usage, days, book, build_ids=build_ids)
    tiers = dict.fromkeys([*days, *(tier.tier for tier in usage.tiers)])
    plans = [book.of(tier, usage.month) for tier in tiers]
    return Invoice(
        tenant_id=tenant.tenant_id,
        tenant_name=tenant.name,
        month=usage.month,
        lines=lines,
        plans=tuple(PlanVersion(plan.tier, plan.since) for plan in plans),
        terms=(*_ALWAYS, *_roundings(plans)),
        data_as_of=data_as_of,
        open_reasons=open_reasons,
        provider=provider,
    )


def open_reasons(month: str, state: SyncState, *, now: datetime) -> tuple[str, ...]:
    """Why invoices of a month are drafts still, in sentences; none when they may be issued.

    A build's end is the moment it is written down, so none joins a month that is over.
    """
    days = days_of(month)
    if month >= month_of(now):
        end = f"{days.until.day} {days.until:%B %Y}"
        return (f"{in_words(month)} is not over: it ends on {end}, 00:00 UTC.",)
    if state.settled <= days.since.isoformat():
        return (
            f"Cost Explorer's figures of {in_words(month)} are not final yet: they are a few days "
            "after the month, once its cost is read again.",
        )
    return ()


def checked_begun(month: str, *, now: datetime) -> str:
    """The month itself; raises Invalid for one that has not begun."""
    if checked_month(month) > month_of(now):
        raise Invalid(f"{in_words(month)} has not begun: there is nothing to bill yet.")
    return month


def concerned(tenant: Tenant, usage: MonthUsage) -> bool:
    """Whether the tenant has anything to be billed for in the month."""
    return bool(usage.tiers or days_by_tier(tenant.spells, usage.month, left_at=tenant.left_at))


def summary_of(invoice: Invoice) -> InvoiceSummary:
    return InvoiceSummary(
        tenant_id=invoice.tenant_id,
        tenant_name=invoice.tenant_name,
        month=invoice.month,
        total=invoice.total,
        subtotals=invoice.subtotals,
        number=invoice.number,
        issued_at=invoice.issued_at,
        currency=invoice.currency,
    )


def issuing_of(invoice: Invoice, *, at: datetime) -> AuditEntry:
    """What the audit remembers of an invoice that is issued at a moment."""
    return AuditEntry(
        at=at,
        actor=invoice.issued_by,
        action=Action.ISSUE_INVOICE,
        subject=f"invoice of tenant {invoice.tenant_id}",
        after=f"{invoice.number}: {invoice.total} USD for {in_words(invoice.month)}",
    )


def _roundings(plans: list[Plan]) -> list[str]:
    words = list(dict.fromkeys(plan.rounding.words for plan in plans))
    if len(words) == 1:
        return [f"Each line is rounded {words[0]}; the total is the sum of the lines."]
    parts = [f"in the {plan.tier} tier {plan.rounding.words}" for plan in plans]
    return [f"Each line is rounded: {', '.join(parts)}. The total is the sum of the lines."]
