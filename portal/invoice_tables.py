"""Responsible for invoices as tables: a month's list with its margins, an invoice's lines."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from backend.domain.cost import ZERO
from backend.domain.invoice import Invoice, InvoiceSummary
from backend.domain.margin import Margin
from backend.domain.plan import Plan
from backend.domain.rates import written
from backend.plans import PlanEffect
from portal import format as show
from portal import words

_MONEY = ("Revenue", "Cost", "Margin", "Of revenue", "Total", "Now", "With the plan", "Change")


def of_month(found: Sequence[InvoiceSummary], costs: Mapping[str, Decimal] | None) -> pd.DataFrame:
    """One row a tenant, in the order given; with cost and margin unless `costs` are unknown."""
    return pd.DataFrame([_tenant(each, costs) for each in found])


def own(found: Sequence[InvoiceSummary]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Month": show.month(each.month),
                "Status": [words.INVOICE[each.status].word],
                "Number": each.number or "",
                "Total": _due(each),
            }
            for each in found
        ]
    )


def tiers(found: Mapping[str, Margin], *, known: bool) -> pd.DataFrame:
    """One row a tier; with cost and margin when cost is known."""
    return pd.DataFrame(
        [
            {
                "Tier": tier.capitalize() or "No tier",
                **(_margin(each) if known else {"Revenue": show.money(each.revenue)}),
            }
            for tier, each in found.items()
        ]
    )


def lines(invoice: Invoice) -> str:
    """An invoice's lines as a table in Markdown: whole sentences stand in it, on any screen."""
    rows = [
        (
            line.text,
            show.counted_exactly(line.quantity, line.unit),
            line.price,
            show.money(line.amount),
        )
        for line in invoice.lines
    ]
    cells = [
        ("What", "Quantity", "Price", "Amount"),
        (":--", "--:", ":--", "--:"),
        *(tuple(show.plain(cell) for cell in row) for row in rows),
        ("**Total**", "", "", f"**{show.plain(show.money(invoice.total))}**"),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def builds(invoice: Invoice) -> pd.DataFrame:
    """One row a build that a line names, in the order of the lines."""
    return pd.DataFrame(
        [
            {"Build": build_id, "Line": f"{line.kind.value}, {line.tier}"}
            for line in invoice.lines
            for build_id in line.build_ids
        ]
    )


def effects(found: Sequence[PlanEffect]) -> pd.DataFrame:
    """One row a tenant, those whose draft changes most first."""
    return pd.DataFrame(
        [
            {
                "Tenant": each.tenant_name,
                "Now": show.money(each.before),
                "With the plan": show.money(each.after),
                "Change": show.money(each.after - each.before),
            }
            for each in sorted(found, key=lambda e: (-abs(e.after - e.before), e.tenant_id))
        ]
    )


def plans(found: Sequence[Plan], holding: Plan | None) -> pd.DataFrame:
    """A tier's plans, the latest first."""
    return pd.DataFrame(
        [
            {
                "From": plan.since_words,
                "Holds": "now" if plan == holding else "",
                "Fee": show.money(plan.monthly_fee),
                "Minutes": f"{written(Decimal(plan.included_minutes))} included, then "
                f"{plan.minute_rate.in_words('minute')}",
                "Builds": f"{written(Decimal(plan.included_builds))} included, then "
                f"{plan.build_rate.in_words('build')}",
                "At least": show.money(plan.minimum_spend),
            }
            for plan in reversed(found)
        ]
    )


def columns(key: str = "", label: str = "Tenant") -> dict[str, Any]:
    """The looks of all tables here; with a key the label's cells open what they name."""
    looks = list(words.INVOICE.values())
    opened = (
        {label: st.column_config.ButtonColumn(label, key=key, alignment="left", pinned=True)}
        if key
        else {}
    )
    return {
        **opened,
        "Status": st.column_config.MultiselectColumn(
            "Status", options=[look.word for look in looks], color=[look.colour for look in looks]
        ),
        **{
            name: st.column_config.TextColumn(name, alignment="right")
            for name in (*_MONEY, "Fee", "At least")
        },
    }


def _tenant(each: InvoiceSummary, costs: Mapping[str, Decimal] | None) -> dict[str, Any]:
    row = {
        "Tenant": each.tenant_name,
        "Status": [words.INVOICE[each.status].word],
        "Number": each.number or "",
        "Revenue": _due(each),
    }
    if costs is None:
        return row
    cost = costs.get(each.tenant_id, ZERO)
    if each.missing_plan:
        return {**row, "Cost": show.money(cost)}
    return {**row, **_margin(Margin(each.total, cost))}


def _margin(margin: Margin) -> dict[str, str]:
    share = margin.share
    return {
        "Revenue": show.money(margin.revenue),
        "Cost": show.money(margin.cost),
        "Margin": show.money(margin.amount),
        "Of revenue": "" if share is None else show.share(float(share)),
    }


def _due(each: InvoiceSummary) -> str:
    return "No plan" if each.missing_plan else show.money(each.total)
