"""Responsible for what of the cost a provider looks at: period, measure, tenants, services, tiers.

All of it stands in the address, so that a view can be sent and found again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import streamlit as st

from backend.domain.cost import Measure
from backend.domain.cost_overview import Chosen
from backend.domain.month import first_of_month


class Period(StrEnum):
    """Periods people ask for; all end with today but the last month."""

    WEEK = "7 days"
    THIRTY = "30 days"
    QUARTER = "90 days"
    YEAR = "365 days"
    THIS_MONTH = "This month"
    LAST_MONTH = "Last month"

    def days(self, today: date) -> tuple[date, date]:
        """UTC days of [since, until)."""
        match self:
            case Period.THIS_MONTH:
                return today.replace(day=1), today + timedelta(days=1)
            case Period.LAST_MONTH:
                return first_of_month(today, 1), today.replace(day=1)
        count = int(self.value.split()[0])
        return today - timedelta(days=count - 1), today + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader has chosen."""

    period: Period
    measure: Measure
    chosen: Chosen


def period() -> tuple[Period, Measure]:
    """Asks for the period and the measure."""
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.segmented_control(
            "Period",
            list(Period),
            default=Period.THIRTY,
            required=True,
            key="period",
            bind="query-params",
            label_visibility="collapsed",
        )
        measure = st.segmented_control(
            "Measure",
            list(Measure),
            default=Measure.UNBLENDED,
            required=True,
            key="measure",
            bind="query-params",
            label_visibility="collapsed",
            help="Amortized spreads what was paid in advance over the days it is for",
        )
    return Period(asked or Period.THIRTY), Measure(measure or Measure.UNBLENDED)


def chosen(tenants: Sequence[str], services: Sequence[str], tiers: Sequence[str]) -> Chosen:
    """Asks what to narrow the view to; nothing chosen is everything."""
    with st.grid(3, gap="small", min_column_width=200):
        picked = [
            st.multiselect(
                label,
                options,
                key=key,
                bind="query-params",
                placeholder=f"All {label.lower()}",
                label_visibility="collapsed",
            )
            for label, key, options in (
                ("Tenants", "tenants", tenants),
                ("Services", "services", services),
                ("Tiers", "tiers", tiers),
            )
        ]
    return Chosen(*(frozenset(one) for one in picked))
