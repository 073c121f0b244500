"""A period's cost allocated month by month: nothing is lost, whatever is split and grouped."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.allocation import Allocation, SharedSplit, Sharing, together
from backend.domain.cost import CostRecord
from backend.domain.cost_cube import CostCube, cube_of
from backend.domain.cost_month import months_of
from backend.domain.errors import Invalid
from backend.domain.exact import exact_difference, exact_sum
from backend.domain.month import Days
from backend.domain.monthly_allocation import allocated, sharing_for, whole_months

FIRST, UNTIL = date(2026, 1, 1), date(2026, 4, 1)
DAYS = st.dates(FIRST, UNTIL - timedelta(days=1))
RECORDS = st.lists(
    st.builds(
        CostRecord,
        day=DAYS,
        tenant_id=st.none() | st.sampled_from(["acme", "borealis", "cobalt"]),
        amount=st.decimals(-1000, 1000, allow_nan=False).filter(lambda a: a.adjusted() > -30),
        estimated=st.booleans(),
        service=st.sampled_from(["Amazon SageMaker", "Amazon S3"]),
        shared=st.booleans(),
    ),
    max_size=30,
)
FIXED = Sharing(SharedSplit.FIXED_SHARES, {"acme": Decimal("0.3"), "zeta": Decimal("0.7")})
CHOICES = st.lists(
    st.sampled_from(
        [
            Sharing(),
            Sharing(SharedSplit.EVENLY, since="2026-02"),
            Sharing(SharedSplit.BY_DIRECT_COST, since="2026-03"),
            FIXED,
        ]
    ),
    max_size=3,
)


def cube(records: list[CostRecord]) -> CostCube:
    return cube_of(months_of(records), FIRST, UNTIL)


def whole(
    records: list[CostRecord], choices: list[Sharing], since: date, until: date
) -> Allocation:
    return together(part.allocation for part in allocated(cube(records), since, until, choices))


@given(RECORDS, CHOICES, DAYS, DAYS)
def test_tenants_and_shared_and_unallocated_are_the_total_of_any_period(
    records: list[CostRecord], choices: list[Sharing], one: date, other: date
):
    since, until = min(one, other), max(one, other)
    found = whole(records, choices, since, until)
    assert found.total == exact_sum(r.amount for r in records if since <= r.day < until)
    assert exact_sum((found.tenants, found.shared, found.unallocated)) == found.total


@given(RECORDS, CHOICES, DAYS)
def test_what_a_tenant_bears_of_two_periods_is_what_it_bears_of_both(
    records: list[CostRecord], choices: list[Sharing], cut: date
):
    both = whole(records, choices, FIRST, UNTIL)
    parts = [whole(records, choices, FIRST, cut), whole(records, choices, cut, UNTIL)]
    summed = together(parts)
    for tenant in both.direct:
        assert summed.direct.get(tenant, 0) == both.direct[tenant]
    # A tenant's part is less than one unit of 1E-10 from its share, of each of two services in each
    # of three months; the cut makes one month two.
    for tenant in both.split:
        apart = exact_difference(summed.split.get(tenant, Decimal(0)), both.split[tenant])
        assert abs(apart) < Decimal("1.6E-9")


@given(RECORDS, CHOICES)
def test_every_service_and_month_adds_up_by_itself(
    records: list[CostRecord], choices: list[Sharing]
):
    for part in allocated(cube(records), FIRST, UNTIL, choices):
        here = [
            r.amount
            for r in records
            if r.service == part.service and f"{r.day:%Y-%m}" == part.month
        ]
        assert part.allocation.total == exact_sum(here)


def test_each_month_is_split_as_was_chosen_for_it():
    records = [
        CostRecord(date(2026, month, 5), tenant, Decimal(amount), False, shared=tenant is None)
        for month in (1, 2, 3)
        for tenant, amount in (("acme", "3"), ("borealis", "1"), (None, "8"))
    ]
    choices = [
        Sharing(SharedSplit.EVENLY, since="2026-02"),
        Sharing(SharedSplit.BY_DIRECT_COST, since="2026-03"),
    ]
    found = {
        part.month: (part.allocation.of("acme"), part.allocation.shared)
        for part in allocated(cube(records), FIRST, UNTIL, choices)
    }
    assert found == {"2026-01": (3, 8), "2026-02": (7, 0), "2026-03": (9, 0)}


def test_a_part_of_a_month_is_split_by_what_tenants_cost_in_all_of_it():
    records = [
        CostRecord(date(2026, 1, 5), None, Decimal(8), False, shared=True),
        CostRecord(date(2026, 1, 20), "acme", Decimal(3), False),
        CostRecord(date(2026, 1, 25), "borealis", Decimal(1), False),
    ]
    choices = [Sharing(SharedSplit.BY_DIRECT_COST)]
    found = whole(records, choices, date(2026, 1, 1), date(2026, 1, 10))
    assert (found.of("acme"), found.of("borealis"), found.shared) == (6, 2, 0)


def test_what_was_chosen_last_counts():
    first, second = Sharing(SharedSplit.EVENLY), Sharing(since="2026-02")
    assert sharing_for([first, second], "2026-01") == first
    assert sharing_for([first, second], "2026-02") == second
    assert sharing_for([], "2026-02") == Sharing()


def test_shares_that_do_not_add_up_are_refused():
    shares = Sharing(SharedSplit.FIXED_SHARES, {"acme": Decimal("0.5")})
    record = CostRecord(date(2026, 1, 5), "acme", Decimal(1), False)
    with pytest.raises(Invalid, match="not to 1"):
        allocated(cube([record]), FIRST, UNTIL, [shares])


def test_a_period_is_read_in_whole_months():
    assert whole_months(date(2026, 1, 31), date(2026, 2, 2)) == Days(
        date(2026, 1, 1), date(2026, 3, 1)
    )
    assert whole_months(date(2026, 1, 1), date(2026, 2, 1)) == Days(
        date(2026, 1, 1), date(2026, 2, 1)
    )
