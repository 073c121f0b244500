"""Responsible for where cost is heading: the month's forecast, and days out of the ordinary."""

from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from backend.domain.anomalies import Anomaly, anomalies
from backend.domain.cost_series import complete_until, daily, series
from backend.domain.month import first_of_month
from backend.domain.month_forecast import MonthForecast, forecast_month
from portal.cost_views import CostQuery, cube

# Anomalies are judged by the 28 days before each, a forecast by the last 28.
_MONTHS_BEFORE = 2
_SHOWN = timedelta(days=14)


def last_day(query: CostQuery, today: date) -> date | None:
    """The last day of which Cost Explorer knows any cost."""
    return cube(_recent(query, today)).last_day


def forecast(query: CostQuery, today: date) -> MonthForecast | None:
    """What the open month comes to in all; None before a full day of cost is known."""
    if query.synced_at is None:
        return None
    known = daily(cube(_recent(query, today)))
    return forecast_month(known, month=today, complete_until=complete_until(query.synced_at))


def out_of_the_ordinary(query: CostQuery, today: date) -> list[Anomaly]:
    """Those among the last two weeks' days, the latest first."""
    recent = _recent(query, today)
    return _anomalies(recent, recent.read, recent.measure.value)


def _recent(query: CostQuery, today: date) -> CostQuery:
    since = first_of_month(today, _MONTHS_BEFORE)
    return replace(query, since=since, until=today + timedelta(days=1), beside=False)


@st.cache_resource(max_entries=8, show_spinner=False)
def _anomalies(_query: CostQuery, read: tuple[object, ...], measure: str) -> list[Anomaly]:
    if _query.synced_at is None:
        return []
    return anomalies(
        series(cube(_query)),
        since=_query.until - _SHOWN,
        until=_query.until,
        complete_until=complete_until(_query.synced_at),
    )
