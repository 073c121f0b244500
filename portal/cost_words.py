"""Responsible for cost in plain words: of builds, budgets, months and days out of the ordinary."""

from datetime import datetime

from backend.domain.anomalies import Anomaly, Kind
from backend.domain.budget import WARNINGS, Budget
from backend.domain.cost_month import SHARED, UNALLOCATED
from backend.domain.expected_cost import ExpectedCost
from backend.domain.month import days_of, month_of, name_of
from backend.domain.month_forecast import MonthForecast
from backend.domain.tenant import Tenant
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


def of_budget(tenant: Tenant, budget: Budget, *, now: datetime) -> str:
    """ "$8.20 of $10.00 in November"."""
    spent = show.money(tenant.spent(month_of(now)))
    return f"{spent} of {show.money(budget.monthly)} in {name_of(month_of(now))}"


def budget_warning(tenant: Tenant, *, now: datetime) -> str | None:
    """How far this month's budget is spent and what that means; None below the first warning."""
    budget, month = tenant.budget, month_of(now)
    reached = budget.reached(tenant.spent(month)) if budget else 0
    if budget is None or not reached:
        return None
    all_of_it = reached == max(WARNINGS)
    part = "The month's budget" if all_of_it else f"{reached} % of the month's budget"
    told = f"{part} is spent: {of_budget(tenant, budget, now=now)}."
    if not budget.stops:
        return f"{told} Builds go on." if all_of_it else told
    anew = days_of(month).until
    lifted = f"until {anew.day} {anew:%B}, or until it is raised"
    if all_of_it:
        return f"{told} Builds wait {lifted}; what runs goes on."
    return f"{told} Once all of it is, builds wait {lifted}."


def forecast(told: MonthForecast) -> str:
    """ "November should come to $31.20, between $28.00 and $34.40 (the mean of …)"."""
    month = name_of(told.month)
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
