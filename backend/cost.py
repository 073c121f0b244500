"""Responsible for the provider's cost report: what Cost Explorer knows, by tenant and day."""

from datetime import date

from backend.context import Context
from backend.domain.cost import CostReport
from backend.domain.errors import Invalid
from backend.domain.principal import Principal


def report(context: Context, principal: Principal, *, since: date, until: date) -> CostReport:
    """Cost of the UTC days of [since, until); each call asks Cost Explorer and costs $0.01."""
    principal.as_provider()
    if since >= until:
        raise Invalid(f"The period {since} to {until} holds no day: choose a later end.")
    return CostReport(since, until, tuple(context.costs.by_tenant(since, until)))
