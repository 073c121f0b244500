"""Responsible for lists of cost as tables, and as files whose amounts are exact."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pandas as pd
import streamlit as st

from backend.domain import focus
from backend.domain.cost import CostRecord
from backend.domain.cost_overview import CostOverview, Part, TenantCost
from portal import format as show
from portal import tables
from portal.cost_charts import SHARED, UNALLOCATED, bucketed

_TREND_POINTS = 30
HEADER = (
    "day_utc",
    "tenant_id",
    "service",
    "shared",
    "unblended_usd",
    "amortized_usd",
    "estimated",
)


def tenants(view: CostOverview) -> pd.DataFrame:
    """One row a tenant, the largest first, then what is shared and what is unallocated."""
    rows = [_tenant(cost, view) for cost in view.tenants]
    for label, part, days in (
        (SHARED, view.compared(attrgetter("shared")), view.shared_by_day),
        (UNALLOCATED, view.compared(attrgetter("unallocated")), view.unallocated_by_day),
    ):
        if part.now or part.before:
            rows.append(
                {
                    "Tenant": label,
                    "Tier": "",
                    "Own": show.money(part.now),
                    "Of shared": "",
                    "Total": show.money(part.now),
                    "Change": change(part),
                    "Share": _share(part.now, view),
                    "Trend": _trend(days),
                }
            )
    return pd.DataFrame(rows)


def tenant_columns(key: str) -> dict[str, Any]:
    """A tenant's name opens its months."""
    right = {
        name: st.column_config.TextColumn(name, alignment="right")
        for name in ("Own", "Of shared", "Total", "Change", "Share")
    }
    opened = {"Tenant": tables.name_column("Tenant", key)}
    return {**opened, **right, "Trend": st.column_config.AreaChartColumn("Trend")}


def change(part: Part) -> str:
    """How much more or less than before, of days that are told in full; "" without such."""
    if part.complete is None or part.before is None:
        return ""
    return show.change(part.complete, part.before)


def exported(records: Iterable[CostRecord]) -> str:
    """The records as CSV, amounts with every digit."""
    rows = (
        (
            record.day.isoformat(),
            harmless(record.tenant_id or ""),
            harmless(record.service),
            str(record.shared).lower(),
            f"{record.amount:f}",
            f"{record.amortized:f}",
            str(record.estimated).lower(),
        )
        for record in records
    )
    return csv_of(HEADER, rows)


def exported_as_focus(records: Iterable[CostRecord], *, account: str) -> str:
    """The records as CSV in the columns of FOCUS 1.0."""
    rows = focus.focus_rows(records, account=account)
    return csv_of(focus.COLUMNS, (tuple(row.values()) for row in rows))


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def csv_of(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A file for spreadsheets; make foreign texts `harmless` first."""
    text = io.StringIO()
    # RFC 4180's line ends; only then does Python quote a carriage return within a cell.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _tenant(cost: TenantCost, view: CostOverview) -> dict[str, Any]:
    return {
        "Tenant": cost.tenant_id,
        "Tier": cost.tier,
        "Own": show.money(cost.direct),
        "Of shared": show.money(cost.split),
        "Total": show.money(cost.total),
        "Change": change(cost.compared),
        "Share": _share(cost.total, view),
        "Trend": _trend(cost.by_day),
    }


def _share(amount: Decimal, view: CostOverview) -> str:
    return show.share(float(amount / view.whole.total)) if view.whole.total else ""


def _trend(days: tuple[Decimal, ...]) -> list[float]:
    width = -(-len(days) // _TREND_POINTS) or 1
    return [float(amount) for amount in bucketed(days, width)]
