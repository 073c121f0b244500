"""Responsible for cost day by day: of everything together, and of each owner and service."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from backend.domain.cost_cube import CostCube

# Cost Explorer shows a day's usage up to so long after the day's end.
# https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html
REPORTED_WITHIN = timedelta(hours=24)

Daily = dict[date, Decimal]


def daily(cube: CostCube) -> Daily:
    """The cost of each UTC day that has any."""
    return _told(cube, cube.by_day())


def series(cube: CostCube) -> dict[tuple[str, str], Daily]:
    """The same by owner and service; the owner is a tenant's id, SHARED or UNALLOCATED."""
    return {(owner, service): _told(cube, amounts) for owner, service, amounts in cube.series()}


def complete_until(at: datetime) -> date:
    """The first UTC day whose cost may still grow, when Cost Explorer was read at `at`."""
    return (at.astimezone(UTC) - REPORTED_WITHIN).date()


def _told(cube: CostCube, amounts: list[Decimal]) -> Daily:
    return {day: amount for day, amount in zip(cube.days, amounts, strict=True) if amount}
