"""Responsible for months in money as tables: tenants, tiers, builds, a build's steps."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from backend.domain.build import Build, BuildState
from backend.domain.cost import UsageTypes
from backend.domain.meter_reading import Metered
from backend.domain.rates import written
from backend.domain.tenant_month import TenantMonth
from portal import format as show
from portal import tables, words

UNPRICED = "no price"
_WIDE = 170  # both the dollars and how many times that is
_MONEY = ("Own", "Of shared", "Cost", "Bill", "Meter", "Drift", "A build", "Revenue", "Margin")


def rows(months: Sequence[TenantMonth], *, first: str) -> pd.DataFrame:
    """One row each; `first` names what tells them apart: "Tenant" or "Month".

    Revenue and margin are there where any month's revenue is told.
    """
    found = pd.DataFrame([_row(month, first) for month in months])
    told = any(month.revenue is not None for month in months)
    return found if told else found.drop(columns=["Revenue", "Margin"], errors="ignore")


def row_columns(first: str, key: str | None = None) -> dict[str, Any]:
    """With a key the first column is pressed to open the row's own page."""
    opened = {first: tables.name_column(first, key)} if key else {}
    helped = {
        "Bill": "SageMaker's cost, as Cost Explorer tells it",
        "Meter": "Billable seconds of the builds that ended, times price: the estimate",
        "Drift": "How far the bill lies above the meter; the bill lags by up to a day",
        "A build": "All cost, over the builds that succeeded",
        "Margin": "Revenue less cost",
    }
    return opened | {
        name: st.column_config.TextColumn(
            name, alignment="right", help=helped.get(name), width=_WIDE if name == "Drift" else None
        )
        for name in (*_MONEY, "Builds")
    }


def builds(found: Sequence[Build]) -> pd.DataFrame:
    """One row a build that ended, with its estimate."""
    return pd.DataFrame(
        [
            {
                "File": build.upload.file_name,
                "State": [words.look_of(build).word],
                "Ended": tables.naive(build.ended_at) if build.ended_at else None,
                "Tier": build.tier,
                "Seconds": f"{build.instance_seconds:,}" if build.steps else "",
                "Estimate": estimate(build),
            }
            for build in found
        ]
    )


def build_columns(key: str | None = None) -> dict[str, Any]:
    looks = [words.BUILD[state] for state in BuildState]
    opened = {"File": tables.name_column("File", key)} if key else {}
    return opened | {
        "State": st.column_config.MultiselectColumn(
            "State", options=[look.word for look in looks], color=[look.colour for look in looks]
        ),
        "Ended": tables.time_column("Ended"),
        "Seconds": st.column_config.TextColumn(
            "Seconds", alignment="right", help="Billable seconds of every instance"
        ),
        "Estimate": st.column_config.TextColumn("Estimate", alignment="right"),
    }


def steps(reading: Metered) -> pd.DataFrame:
    """One row a step that was billed, and one for the disks of each kind of job."""
    found = [
        {
            "Step": step.name,
            "Used": f"{step.instance_seconds:,} instance seconds",
            "Price": f"${written(step.price.hourly)} an hour",
            "By": step.price.source,
            "Estimate": show.money(step.amount),
        }
        for step in reading.steps
    ]
    found += [
        {
            "Step": f"Disks of {disks.kind.lower()} jobs",
            "Used": f"{disks.gb_seconds:,} GB seconds",
            "Price": f"${written(disks.gb_month)} a GB and month",
            "By": disks.source,
            "Estimate": show.money(disks.amount),
        }
        for disks in reading.storage
    ]
    return pd.DataFrame(found)


def usage_types(found: UsageTypes) -> pd.DataFrame:
    """One row a usage type, the dearest first."""
    return pd.DataFrame(
        [
            {
                "Service": each.service,
                "Usage type": each.usage_type,
                "Cost": show.money(each.amount),
            }
            for each in found.costs
        ]
    )


def estimate(build: Build) -> str:
    """What the meter says of a build; nothing of one that is known to have run no job."""
    if build.metered is not None:
        return show.money(build.metered.amount)
    return UNPRICED if build.instance_seconds else ""


def _row(month: TenantMonth, first: str) -> dict[str, Any]:
    name = show.month(month.month) if first == "Month" else month.tenant_id
    return {
        first: name,
        **({"Tier": month.tier} if first == "Tenant" else {}),
        "Own": show.money(month.own),
        "Of shared": show.money(month.split),
        "Cost": show.money(month.cost),
        "Bill": show.money(month.billed),
        "Meter": show.money(month.metered),
        "Drift": _drift(month),
        "Builds": f"{month.builds:,} of {month.ended:,}",
        "A build": _known(month.per_build),
        "Revenue": _known(month.revenue),
        "Margin": _known(month.margin),
    }


def _drift(month: TenantMonth) -> str:
    if not month.metered:
        return ""
    return f"{show.signed(month.drift)} · {show.change(month.billed, month.metered)}"


def _known(amount: Decimal | None) -> str:
    return "" if amount is None else show.money(amount)
