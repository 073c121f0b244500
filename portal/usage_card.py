"""Responsible for drawing what a tenant's own people see of a month: cost, days, what comes."""

from datetime import UTC, datetime

import streamlit as st

from backend.domain.cost_cube import CostCube
from backend.domain.cost_sync import SyncState
from backend.domain.month_forecast import MonthForecast
from backend.domain.usage import MonthUsage
from portal import cost_charts, cost_words, session
from portal import format as show


def figures(
    cube: CostCube, usage: MonthUsage, told: MonthForecast | None, *, open_month: bool
) -> None:
    """Own cost to date, what the month should come to, the meter, and the builds."""
    with st.grid(4, gap="small", min_column_width=150):
        st.metric(
            "Cost to date" if open_month else "Cost",
            show.money(cube.total),
            help="What AWS bills for what is yours, before tax",
            border=True,
            height="stretch",
        )
        if open_month:
            st.metric(
                "Forecast",
                "too early" if told is None else show.money(told.expected),
                help="A full day of cost must be known first"
                if told is None
                else cost_words.forecast(told),
                border=True,
                height="stretch",
            )
        st.metric(
            "Builds by the meter",
            show.money(usage.metered),
            help="Billable seconds of the builds that ended, times price; known at once",
            border=True,
            height="stretch",
        )
        st.metric(
            "Builds",
            f"{usage.builds:,} of {usage.ended:,}",
            help="Builds that succeeded, of all that ended after they ran",
            border=True,
            height="stretch",
        )


def freshness(state: SyncState, cube: CostCube, *, now: datetime) -> None:
    if state.synced_at is None:
        st.caption("Cost has not been read yet: what builds cost is known by the meter alone.")
        return
    known = f"; it knows cost up to {cube.last_day:%-d %b}" if cube.last_day else ""
    estimated = " Days of the open month are estimates." if cube.estimated else ""
    st.caption(
        f"Cost Explorer was read at {show.when(state.synced_at, UTC, now=now)}{known}. It runs up "
        f"to 24 hours behind.{estimated} Months and days are UTC's."
    )


def days(cube: CostCube) -> None:
    """The month's cost by day and service."""
    with st.container(border=True):
        st.markdown("**Cost by day and service** :gray[· USD, UTC days]")
        st.plotly_chart(
            cost_charts.by_service_and_day(cube, session.palette()),
            key="usage-days",
            config={"displayModeBar": False},
            alt="Your cost of each day of the month, stacked by service",
        )
