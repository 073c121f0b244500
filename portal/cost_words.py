"""Responsible for cost in plain words: what a build, a month and a day out of the ordinary cost."""

from datetime import date

from backend.domain.anomalies import Anomaly, Kind
from backend.domain.cost_month import SHARED, UNALLOCATED
from backend.domain.expected_cost import ExpectedCost
from backend.domain.month_forecast import MonthForecast
from portal import format as show

OWNER = {SHARED: "What all tenants share", UNALLOCATED: "What no tag tells the owner of"}

_FARTHEST = {Kind.HIGH: "most", Kind.LOW: "least"}


def before_builds(cost: ExpectedCost, *, builds: int) -> str:
    """Markdown: "The build should cost about $0.04, between $0.02 and $0.09", and what says so."""
    subject = "The build" if builds == 1 else f"The {builds} builds"
    likely, low, high = (
        show.plain(show.money(each)) for each in (cost.likely, cost.low, cost.high)
    )
    prices = " and ".join(cost.sources)
    return (
        f"{subject} should cost about **{likely}**, between {low} and {high}  \n"
        f":gray[{show.plain(f'{cost.basis} · prices from {prices}, before tax and discounts')}]"
    )


def forecast(told: MonthForecast) -> str:
    """ "November should come to $31.20, between $28.00 and $34.40 (the mean of …)"."""
    month = f"{date.fromisoformat(f'{told.month}-01'):%B}"
    if told.low == told.high:
        return f"{month} comes to {show.money(told.expected)} ({told.basis})"
    return (
        f"{month} should come to {show.money(told.expected)}, between {show.money(told.low)} and "
        f"{show.money(told.high)} ({told.basis})"
    )


def anomaly(told: Anomaly) -> str:
    """ "acme, SageMaker, 24 Nov: $31.20 where about $4.10 is usual and $8.20 the most"."""
    owner = OWNER.get(told.tenant_id, told.tenant_id)
    where = f"{owner}, {told.service or 'all services'}, {told.day.day} {told.day:%b}"
    amount, bound = show.money(told.amount), show.money(told.threshold)
    if told.kind is Kind.NEW:
        return f"{where}: {amount}, new: there was no such cost before"
    usual = f"about {show.money(told.expected)} is usual"
    return f"{where}: {amount} where {usual} and {bound} the {_FARTHEST[told.kind]}"
