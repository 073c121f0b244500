"""A month's cost is kept in few bytes and comes back as it was."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.allocation import Sharing, allocate
from backend.domain.cost import CostRecord
from backend.domain.cost_month import SHARED, UNALLOCATED, CostMonth, months_of

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False).filter(
    lambda amount: abs(amount.adjusted()) < 60
)
RECORDS = st.lists(
    st.builds(
        CostRecord,
        day=st.dates(date(2025, 12, 1), date(2026, 3, 31)),
        tenant_id=st.sampled_from(["acme", "borealis", "not onboarded", None]),
        amount=AMOUNTS,
        estimated=st.booleans(),
        service=st.sampled_from(["Amazon SageMaker", "Amazon S3", "Tax, öffentlich"]),
        amortized=AMOUNTS,
    ),
    max_size=30,
)


@given(RECORDS)
def test_what_is_kept_comes_back_with_every_digit(records: list[CostRecord]):
    months = list(months_of(records))
    again = [CostMonth.unpacked(each.owner, each.month, each.packed()) for each in months]
    assert again == months
    back = [record for each in again for record in each.records]
    assert sorted(back, key=repr) == sorted(records, key=repr)
    assert allocate(back, Sharing()).total == allocate(records, Sharing()).total


def test_shared_and_unallocated_cost_have_owners_of_their_own():
    march = date(2026, 3, 1)
    records = [
        CostRecord(march, None, Decimal(1), estimated=False, shared=True),
        CostRecord(march, None, Decimal(2), estimated=False),
        CostRecord(march, "acme", Decimal(3), estimated=False),
    ]
    found = {each.owner: each.records for each in months_of(records)}
    assert found == {SHARED: (records[0],), UNALLOCATED: (records[1],), "acme": (records[2],)}


def test_a_tenants_month_of_five_services_is_less_than_four_kilobytes():
    services = ["Amazon SageMaker", "Amazon S3", "AmazonCloudWatch", "AWS Lambda", "AWS KMS"]
    records = [
        CostRecord(
            date(2026, 3, 1) + timedelta(days=day),
            "acme",
            Decimal(day * 7919 + number * 104729).scaleb(-10),
            estimated=True,
            service=service,
            amortized=Decimal(day * 7919 + number * 104729).scaleb(-10),
        )
        for day in range(31)
        for number, service in enumerate(services)
    ]
    (month,) = months_of(records)
    assert len(month.packed()) < 4096
