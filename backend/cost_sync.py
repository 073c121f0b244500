"""Responsible for reading Cost Explorer into the costs table, and for counting what that costs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from backend.context import Context
from backend.domain.cost import CostRecord
from backend.domain.cost_month import CostMonth, months_of
from backend.domain.cost_sync import SyncState, months_in, to_read
from backend.domain.errors import Unavailable
from backend.domain.exact import exact_difference, exact_sum


def sync(context: Context, *, now: datetime) -> SyncState:
    """Brings the table to what Cost Explorer says of the months that may have changed.

    Each request is counted before it is made, so a crash forgets none. What Cost Explorer refuses
    is remembered and told in the state. Raises Unavailable when the day's requests are used, and
    Conflict when another sync is at work.
    """
    counted = _Counted(context, now)
    counted.state.checked_to_begin(now, most=context.settings.cost_requests_a_day)
    days = to_read(counted.state, now)
    try:
        total = context.costs.total(days.since, days.until, asking=counted)
        records = context.costs.by_tenant_and_service(days.since, days.until, asking=counted)
    except Unavailable as refusal:
        return counted.keep(replace(counted.state, refused=str(refusal)))
    _write(context, months_in(days), records)
    return counted.keep(
        counted.state.synced(
            now,
            estimated={record.day for record in records if record.estimated},
            difference=_difference(total, records),
        )
    )


class _Counted:
    """The state of a sync at work; calling it counts a request."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._notes, self._now = context.sync_notes, now
        self.state = self._notes.read()

    def __call__(self) -> None:
        self.keep(self.state.asking(self._now))

    def keep(self, after: SyncState) -> SyncState:
        self._notes.write(self.state, after)
        self.state = after
        return after


def _write(context: Context, months: Iterable[str], records: Iterable[CostRecord]) -> None:
    """Every month that was read, the months without any cost too."""
    read: dict[str, list[CostMonth]] = {month: [] for month in months}
    for owners in months_of(records):
        read[owners.month].append(owners)
    for month, written in read.items():
        context.cost_table.replace(month, written)


def _difference(total: Decimal, records: Iterable[CostRecord]) -> Decimal:
    return exact_difference(total, exact_sum(record.amount for record in records))
