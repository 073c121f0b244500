"""Cost day by day, of everything and of each owner and service."""

from datetime import UTC, date, datetime
from decimal import Decimal

from backend.domain.cost import CostRecord
from backend.domain.cost_cube import CostCube, cube_of
from backend.domain.cost_month import SHARED, UNALLOCATED, months_of
from backend.domain.cost_series import complete_until, daily, series

SUNDAY, MONDAY, TUESDAY = date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)


def record(day: date, tenant_id: str | None, amount: str, *, shared: bool = False) -> CostRecord:
    return CostRecord(day, tenant_id, Decimal(amount), estimated=True, service="S3", shared=shared)


def cube(*records: CostRecord) -> CostCube:
    return cube_of(months_of(records), SUNDAY, date(2026, 12, 1))


FOUND = cube(
    record(MONDAY, "acme", "0.1"),
    record(MONDAY, None, "3", shared=True),
    record(TUESDAY, None, "-1"),
    record(TUESDAY, "acme", "0.00000000000000000000000000000000001"),
    record(TUESDAY, "acme", "7"),
)


def test_a_days_cost_keeps_every_digit_and_a_day_without_any_is_left_out():
    assert daily(FOUND) == {
        MONDAY: Decimal("3.1"),
        TUESDAY: Decimal("6.00000000000000000000000000000000001"),
    }
    assert daily(cube()) == {}


def test_what_no_tag_tells_the_owner_of_has_series_of_its_own():
    found = series(FOUND)
    assert set(found) == {("acme", "S3"), (SHARED, "S3"), (UNALLOCATED, "S3")}
    assert found["acme", "S3"][MONDAY] == Decimal("0.1")
    assert found[SHARED, "S3"] == {MONDAY: 3}


def test_a_day_is_complete_a_day_after_its_end():
    assert complete_until(datetime(2026, 11, 3, 0, 0, tzinfo=UTC)) == MONDAY
    assert complete_until(datetime(2026, 11, 3, 23, 59, tzinfo=UTC)) == MONDAY
