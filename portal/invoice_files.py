"""Responsible for invoices as files for spreadsheets, a line a row, amounts exact."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from backend.domain.invoice import Invoice, InvoiceSummary
from portal.cost_tables import csv_of, harmless

LINES = (
    "invoice",
    "status",
    "tenant_id",
    "month_utc",
    "tier",
    "kind",
    "text",
    "quantity",
    "unit",
    "price",
    "amount",
    "currency",
    "build_ids",
)
SUMMARIES = ("invoice", "status", "tenant_id", "tenant", "month_utc", "tier", "amount", "currency")


def lines(invoice: Invoice) -> str:
    """An invoice's lines as CSV; the builds of a line stand in one cell, with spaces between."""
    return csv_of(
        LINES,
        (
            (
                invoice.number or "",
                invoice.status.value,
                harmless(invoice.tenant_id),
                invoice.month,
                harmless(line.tier),
                line.kind.value,
                harmless(line.text),
                f"{line.quantity:f}",
                line.unit,
                harmless(line.price),
                f"{line.amount:f}",
                invoice.currency,
                " ".join(line.build_ids),
            )
            for line in invoice.lines
        ),
    )


def summaries(found: Iterable[InvoiceSummary]) -> str:
    """Many tenants' invoices as CSV, a row for each tier, so that the amounts add up.

    One without lines has a row, too, of no tier; a draft whose tier has no plan has no amount.
    """
    return csv_of(
        SUMMARIES,
        (
            (
                each.number or "",
                each.status.value,
                harmless(each.tenant_id),
                harmless(each.tenant_name),
                each.month,
                harmless(tier),
                f"{amount:f}",
                each.currency,
            )
            for each in found
            for tier, amount in _amounts(each).items()
        ),
    )


def name_of(invoice: Invoice, kind: str) -> str:
    """The file's name: the number, or else the month and that it is a draft."""
    stem = invoice.number or f"{invoice.month}-draft"
    return f"invoice-{stem}-{invoice.tenant_id}.{kind}"


def _amounts(each: InvoiceSummary) -> Mapping[str, Decimal]:
    if each.missing_plan:
        return {}
    return each.subtotals or {"": each.total}
