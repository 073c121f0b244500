"""A month's cost is kept in few bytes and comes back as it was."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.allocation import Sharing, allocate
from backend.domain.cost import CostRecord, Measure
from backend.domain.cost_month import SHARED, UNALLOCATED, CostMonth, months_of
from backend.domain.usage import TierUsage

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
USED = (TierUsage("basic", 2, 3, 4000, Decimal("0.1277777778")),)


def amortized(records: list[CostRecord]) -> list[CostRecord]:
    return [CostRecord(r.day, r.tenant_id, r.amortized, r.estimated) for r in records]


def costs(records: list[CostRecord]) -> dict[str, Decimal]:
    found = allocate(records, Sharing())
    whole = {**found.direct, "": found.unallocated}
    return {owner: amount for owner, amount in whole.items() if amount}


@given(RECORDS)
def test_what_is_kept_comes_back_with_every_digit(records: list[CostRecord]):
    months = [each.using(USED) for each in months_of(records)]
    again = [CostMonth.unpacked(m.owner, m.month, m.packed(), m.usage) for m in months]
    back = [record for each in again for record in each.records()]
    assert back == [record for each in months for record in each.records()]
    assert [each.usage for each in again] == [USED for _ in months]
    for one, other in ((back, records), (amortized(back), amortized(records))):
        assert costs(one) == costs(other)


@given(RECORDS)
def test_each_day_and_service_keeps_its_own_cost(records: list[CostRecord]):
    kept = [record for month in months_of(records) for record in month.records()]
    for day in {record.day for record in records}:
        for service in {record.service for record in records}:
            here = [r for r in records if (r.day, r.service) == (day, service)]
            found = [r for r in kept if (r.day, r.service) == (day, service)]
            assert allocate(found, Sharing()).total == allocate(here, Sharing()).total


def test_shared_and_unallocated_cost_have_owners_of_their_own():
    march = date(2026, 3, 1)
    records = [
        CostRecord(march, None, Decimal(1), estimated=False, shared=True),
        CostRecord(march, None, Decimal(2), estimated=False),
        CostRecord(march, "acme", Decimal(3), estimated=True),
    ]
    found = {each.owner: list(each.records()) for each in months_of(records)}
    assert found == {SHARED: [records[0]], UNALLOCATED: [records[1]], "acme": [records[2]]}


def test_what_is_amortized_is_kept_where_it_differs():
    march = date(2026, 3, 7)
    record = CostRecord(march, "acme", Decimal(30), False, "Support", amortized=Decimal("0.5"))
    (month,) = months_of([record])
    again = CostMonth.unpacked("acme", "2026-03", month.packed())
    assert list(again.records()) == [record]
    assert sum(again.columns(Measure.AMORTIZED)["Support"]) == 5 * 10**9


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
