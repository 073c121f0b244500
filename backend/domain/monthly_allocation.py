"""Responsible for a period's cost allocated month by month and service by service."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from backend.domain.allocation import (
    Allocation,
    Sharing,
    Unreconciled,
    allocation_of,
    together,
    weights_of,
)
from backend.domain.cost_cube import CostCube
from backend.domain.cost_month import SHARED, UNALLOCATED
from backend.domain.month import Days, first_of_month, months_in


@dataclass(frozen=True, slots=True)
class AllocatedPart:
    """One service's cost of the days of one month that lie in the period."""

    month: str
    service: str
    allocation: Allocation


def allocated(
    cube: CostCube, since: date, until: date, choices: Sequence[Sharing]
) -> tuple[AllocatedPart, ...]:
    """The cost of the days of [since, until), each month's shared cost split as chosen for it.

    `cube` holds the period's months whole: shared cost is split by what tenants cost in the whole
    month, whatever days of it the period has. So what a tenant bears of two periods is what it
    bears of both, but for the last digit that a split in whole units may move. Raises Unreconciled
    when the parts are not the total of the period.
    """
    parts = tuple(_parts(cube, since, until, choices))
    found, whole = together(part.allocation for part in parts), cube.during(since, until)
    if found.total != whole.total:
        raise Unreconciled(f"The parts come to {found.total:f}, the period to {whole.total:f}.")
    return parts


def whole_months(since: date, until: date) -> Days:
    """The months that have a day in [since, until), from their first to their last day."""
    return Days(since.replace(day=1), first_of_month(until, -1) if until.day > 1 else until)


def sharing_for(choices: Iterable[Sharing], month: str) -> Sharing:
    """What was chosen last of what holds for the month; nothing is split without a choice."""
    holding = [choice for choice in choices if choice.since <= month]
    return holding[-1] if holding else Sharing()


def _parts(
    cube: CostCube, since: date, until: date, choices: Sequence[Sharing]
) -> Iterator[AllocatedPart]:
    for month in months_in(Days(since, until)):
        first = date.fromisoformat(f"{month}-01")
        whole = cube.during(first, first_of_month(first, -1))
        weights = weights_of(
            sharing_for(choices, month), {tenant: whole.of(tenant) for tenant in _with_cells(whole)}
        )
        days = whole.during(since, until)
        for service in days.services:
            here = days.only(service=service.__eq__)
            amounts = here.by_owner()
            allocation = allocation_of(
                direct={owner: amounts[owner] for owner in here.tenants if amounts[owner]},
                shared=here.of(SHARED),
                unallocated=here.of(UNALLOCATED),
                total=here.total,
                weights=weights,
            )
            yield AllocatedPart(month, service, allocation)


def _with_cells(cube: CostCube) -> list[str]:
    """Tenants that cost anything on any day."""
    return [
        tenant
        for tenant in cube.tenants
        if any(any(column) for column in cube.cells[tenant].values())
    ]
