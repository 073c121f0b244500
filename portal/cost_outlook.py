"""Responsible for where cost is heading: the month's forecast, and days out of the ordinary."""

from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from backend.domain.anomalies import Anomaly, anomalies
from backend.domain.cost_sync import first_of_month
from backend.domain.month_forecast import MonthForecast, forecast_month
from portal.cost_views import CostQuery, cube

# Anomalies are judged by the 28 days before each, a forecast by the last 28.
_MONTHS_BEFORE = 2
_SHOWN_DAYS = 14


def forecast(query: CostQuery, today: date) -> MonthForecast | None:
    """What the open month comes to in all; None before a full day of cost is known."""
    found = cube(_recent(query, today))
    if found.last_day is None:
        return None
    daily = dict(zip(found.days, found.by_day(), strict=True))
    begun = next(day for day, amount in daily.items() if amount)
    return forecast_month(
        {day: amount for day, amount in daily.items() if begun <= day <= today},
        month=today,
        complete_until=min(found.last_day, today),
    )


def out_of_the_ordinary(query: CostQuery, today: date) -> list[Anomaly]:
    """Those among the last two weeks' days, the latest first."""
    recent = _recent(query, today)
    return _anomalies(recent, recent.read, recent.measure.value, today)


def _recent(query: CostQuery, today: date) -> CostQuery:
    since = first_of_month(today, _MONTHS_BEFORE)
    return replace(query, since=since, until=today + timedelta(days=1), beside=False)


@st.cache_resource(max_entries=8, show_spinner=False)
def _anomalies(
    _query: CostQuery, read: tuple[object, ...], measure: str, today: date
) -> list[Anomaly]:
    found = cube(_query)
    if found.last_day is None:
        return []
    until = today + timedelta(days=1)
    days = found.days
    series = {
        (owner, service): {day: amount for day, amount in zip(days, amounts, strict=True) if amount}
        for owner, service, amounts in found.series()
    }
    return anomalies(
        series,
        since=today - timedelta(days=_SHOWN_DAYS - 1),
        until=until,
        complete_until=min(found.last_day, today),
    )
