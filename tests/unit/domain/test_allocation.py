"""Whose cost is whose, and that nothing is lost on the way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.allocation import Allocation, SharedSplit, Sharing, Unreconciled, allocate
from backend.domain.cost import CostRecord
from backend.domain.errors import Invalid

DAY = date(2026, 3, 1)
RECORDS = st.lists(
    st.builds(
        CostRecord,
        day=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        tenant_id=st.none() | st.sampled_from(["acme", "borealis", "cobalt"]),
        amount=st.decimals(-1000, 1000, allow_nan=False, places=None).filter(
            lambda amount: amount.adjusted() > -60
        ),
        estimated=st.booleans(),
        service=st.sampled_from(["Amazon SageMaker", "Amazon S3"]),
        shared=st.booleans(),
    ),
    max_size=40,
)
SHARINGS = st.sampled_from(
    [
        Sharing(),
        Sharing(SharedSplit.EVENLY),
        Sharing(SharedSplit.BY_DIRECT_COST),
        Sharing(SharedSplit.FIXED_SHARES, {"acme": Decimal("0.3"), "borealis": Decimal("0.7")}),
    ]
)


def cost(tenant_id: str | None, amount: str, *, shared: bool = False) -> CostRecord:
    return CostRecord(DAY, tenant_id, Decimal(amount), estimated=False, shared=shared)


OWN = [cost("acme", "30"), cost("borealis", "10"), cost(None, "5"), cost(None, "8", shared=True)]


@given(RECORDS, SHARINGS)
def test_tenants_and_shared_and_unallocated_are_the_total(
    records: list[CostRecord], sharing: Sharing
):
    found = allocate(records, sharing)
    assert found.reconciled() is found
    by_day = [
        allocate([r for r in records if r.day == day], sharing) for day in {r.day for r in records}
    ]
    by_service = [
        allocate([r for r in records if r.service == name], sharing)
        for name in {r.service for r in records}
    ]
    for parts in (by_day, by_service):
        assert allocate(_as_records(parts), Sharing()).total == found.total


def _as_records(parts: list[Allocation]) -> list[CostRecord]:
    return [cost(None, str(part.total)) for part in parts]


def test_cost_without_a_tag_is_unallocated_whatever_is_split():
    for split in (SharedSplit.NOT_AT_ALL, SharedSplit.EVENLY, SharedSplit.BY_DIRECT_COST):
        assert allocate(OWN, Sharing(split)).unallocated == 5


@pytest.mark.parametrize(
    ("sharing", "acme", "borealis", "shared"),
    [
        (Sharing(), "30", "10", "8"),
        (Sharing(SharedSplit.EVENLY), "34", "14", "0"),
        (Sharing(SharedSplit.BY_DIRECT_COST), "36", "12", "0"),
        (
            Sharing(SharedSplit.FIXED_SHARES, {"acme": Decimal("0.25"), "zeta": Decimal("0.75")}),
            "32",
            "10",
            "0",
        ),
    ],
)
def test_shared_cost_is_split_as_chosen(sharing: Sharing, acme: str, borealis: str, shared: str):
    found = allocate(OWN, sharing)
    assert (found.of("acme"), found.of("borealis")) == (Decimal(acme), Decimal(borealis))
    assert found.shared == Decimal(shared)
    assert found.total == 53


def test_a_tenant_with_a_credit_takes_no_part_in_proportion_to_it():
    records = [cost("acme", "-4"), cost("borealis", "2"), cost(None, "8", shared=True)]
    found = allocate(records, Sharing(SharedSplit.BY_DIRECT_COST))
    assert (found.of("acme"), found.of("borealis")) == (-4, 10)


def test_where_nobody_has_a_cost_it_is_split_evenly_and_without_a_tenant_it_stays_shared():
    in_proportion = Sharing(SharedSplit.BY_DIRECT_COST)
    shared = cost(None, "8", shared=True)
    assert allocate([cost("acme", "0"), shared], in_proportion).of("acme") == 8
    assert allocate([shared], in_proportion).shared == 8


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ({"acme": "0.5"}, "add up to 0.5, not to 1: add 0.5"),
        ({"acme": "0.7", "borealis": "0.4"}, "add up to 1.1, not to 1: take away 0.1"),
        ({"acme": "1.5", "borealis": "-0.5"}, "share of 'borealis' is below 0"),
        ({}, "add up to 0, not to 1"),
    ],
)
def test_shares_that_do_not_add_up_are_refused(shares: dict[str, str], sentence: str):
    given = {name: Decimal(share) for name, share in shares.items()}
    with pytest.raises(Invalid, match=sentence):
        allocate(OWN, Sharing(SharedSplit.FIXED_SHARES, given))


def test_an_allocation_that_lost_a_fraction_crashes_loudly():
    found = allocate(OWN, Sharing())
    with pytest.raises(Unreconciled, match="not the total"):
        replace(found, shared=found.shared - Decimal("1E-12")).reconciled()
