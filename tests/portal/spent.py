"""Responsible for cost put where the pages look, as if Cost Explorer had been read just now."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from backend.context import Context
from backend.domain.cost import SAGEMAKER, CostRecord
from backend.domain.cost_month import CostMonth, months_of
from backend.domain.cost_sync import first_of_month
from backend.domain.usage import MonthUsage


def today() -> date:
    return datetime.now(UTC).date()


def month(back: int = 0) -> str:
    """The UTC month so many before this one, written 2026-03."""
    return f"{first_of_month(today(), back):%Y-%m}"


def put(context: Context, *records: CostRecord, used: Sequence[MonthUsage] = ()) -> None:
    """The table holds this cost and usage of the last four months, and nothing else."""
    months = {(each.owner, each.month): each for each in months_of(records)}
    for usage in used:
        key = (usage.tenant_id, usage.month)
        months[key] = months.get(key, CostMonth(*key)).using(usage.tiers)
    for back in range(4):
        found = [each for each in months.values() if each.month == month(back)]
        context.cost_table.replace(month(back), found)
    before = context.sync_notes.read()
    now = datetime.now(UTC)
    context.sync_notes.write(before, before.asking(now).synced(now))


def cost(
    tenant_id: str | None,
    amount: str,
    *,
    days_ago: int = 0,
    on: date | None = None,
    shared: bool = False,
    service: str = SAGEMAKER,
) -> CostRecord:
    """What a day has cost: `on`, or so many days ago."""
    day = on or today() - timedelta(days=days_ago)
    return CostRecord(day, tenant_id, Decimal(amount), True, service, shared, Decimal(amount))
