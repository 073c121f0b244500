"""Cost added up by owner, service and day, any way, without losing a fraction."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.cost import CostRecord, Measure
from backend.domain.cost_cube import CostCube, cube_of
from backend.domain.cost_month import SHARED, months_of
from backend.domain.exact import exact_sum

FIRST, LAST = date(2026, 1, 1), date(2026, 4, 30)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False).filter(
    lambda amount: abs(amount.adjusted()) < 40
)
RECORDS = st.lists(
    st.builds(
        CostRecord,
        day=st.dates(FIRST, LAST),
        tenant_id=st.sampled_from(["acme", "borealis", None]),
        amount=AMOUNTS,
        estimated=st.just(False),
        service=st.sampled_from(["Amazon SageMaker", "Amazon S3"]),
        shared=st.booleans(),
    ),
    max_size=30,
)


def cube(records: list[CostRecord]) -> CostCube:
    return cube_of(months_of(records), FIRST, LAST + timedelta(days=1))


def cost(day: int, tenant_id: str | None, amount: str, **more: object) -> CostRecord:
    return CostRecord(date(2026, 3, day), tenant_id, Decimal(amount), False, **more)  # type: ignore[arg-type]  # the fields by name


@given(RECORDS)
def test_every_grouping_has_the_same_exact_total(records: list[CostRecord]):
    found = cube(records)
    total = exact_sum(record.amount for record in records)
    assert found.total == total
    assert exact_sum(found.by_owner().values()) == total
    assert exact_sum(found.by_service().values()) == total
    assert exact_sum(found.by_day()) == total
    assert exact_sum(each for _, _, days in found.series() for each in days) == total


@given(RECORDS, st.dates(FIRST, LAST))
def test_the_parts_of_a_period_are_the_whole(records: list[CostRecord], cut: date):
    found = cube(records)
    before, after = found.during(FIRST, cut), found.during(cut, LAST + timedelta(days=1))
    assert exact_sum((before.total, after.total)) == found.total
    assert before.total == exact_sum(r.amount for r in records if r.day < cut)


@given(RECORDS)
def test_what_passes_and_what_does_not_are_the_whole(records: list[CostRecord]):
    found = cube(records)
    sagemaker = found.only(service=lambda name: name == "Amazon SageMaker")
    rest = found.only(service=lambda name: name != "Amazon SageMaker")
    assert exact_sum((sagemaker.total, rest.total)) == found.total
    acme, others = found.only(owner=lambda o: o == "acme"), found.only(owner=lambda o: o != "acme")
    assert exact_sum((acme.total, others.total)) == found.total


def test_shared_cost_is_nobodys_and_no_tenants():
    found = cube([cost(3, "acme", "2"), cost(3, None, "0.5", shared=True)])
    assert found.tenants == ["acme"]
    assert found.of(SHARED) == Decimal("0.5")
    assert found.of("nobody") == 0


def test_days_without_cost_keep_their_place():
    march = cube([cost(2, "acme", "1.25"), cost(4, "acme", "2")]).during(
        date(2026, 3, 1), date(2026, 3, 6)
    )
    assert march.by_day() == [0, Decimal("1.25"), 0, 2, 0]
    assert march.last_day == date(2026, 3, 4)
    assert cube([]).last_day is None
    assert cube([]).by_day() == [0] * 120


def test_the_measure_chooses_between_billed_and_spread_cost():
    record = cost(1, "acme", "30", service="Support", amortized=Decimal("1.5"))
    months = list(months_of([record]))
    until = LAST + timedelta(days=1)
    assert cube_of(months, FIRST, until, Measure.AMORTIZED).total == Decimal("1.5")
    assert cube_of(months, FIRST, until).total == 30
