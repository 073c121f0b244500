"""Responsible for reading Cost Explorer into the costs table, and for counting what that costs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from backend.context import Context
from backend.domain.build import Build
from backend.domain.cost import ZERO, CostRecord, UsageTypes
from backend.domain.cost_month import CostMonth, months_of
from backend.domain.cost_sync import SyncState, spans_of, to_read
from backend.domain.errors import Forbidden, Invalid, Unavailable
from backend.domain.exact import exact_difference, exact_sum
from backend.domain.month import Days, days_of, months_in
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage, usage_of


def sync(context: Context, *, now: datetime) -> SyncState:
    """Brings the table to what Cost Explorer says of the months that may have changed.

    Beside it stands what tenants' builds used by the meter. Each request is counted before it is
    made, so a crash forgets none; what has been read is kept before more is asked for, so the next
    sync goes on where one was cut off. What Cost Explorer refuses is remembered and told in the
    state. Raises Unavailable when the day's requests are used, Conflict when another sync is at
    work.
    """
    counted = _Counted(context, now)
    counted.state.checked_to_begin(now, most=context.settings.cost_requests_a_day)
    difference = ZERO
    try:
        for days in spans_of(to_read(counted.state, now)):
            total = context.costs.total(days.since, days.until, asking=counted)
            records = context.costs.by_tenant_and_service(days.since, days.until, asking=counted)
            _write(context, days, records)
            estimated = {record.day for record in records if record.estimated}
            parts = exact_sum(record.amount for record in records)
            difference = exact_sum((difference, exact_difference(total, parts)))
            counted.keep(
                counted.state.read_up_to(
                    days.until, now, estimated=estimated, difference=difference
                )
            )
    except (Forbidden, Invalid, Unavailable) as refusal:
        return counted.keep(replace(counted.state, refused=str(refusal)))
    return counted.keep(counted.state.synced(now))


def ask_usage_types(context: Context, tenant_id: str, month: str, *, now: datetime) -> UsageTypes:
    """Asks for one tenant's month by usage type, and keeps it beside the month's cost.

    It is counted as a sync's requests are. Raises Invalid for what is no month, NotFound where no
    cost of the month is known, Unavailable when the day's requests are used or AWS refuses.
    """
    days = days_of(month)
    counted = _Counted(context, now)
    counted.state.checked_to_begin(now, most=context.settings.cost_requests_a_day, questions=1)
    until = min(days.until, now.astimezone(UTC).date() + timedelta(days=1))
    costs = context.costs.by_usage_type(tenant_id, days.since, until, asking=counted)
    found = UsageTypes(now, tuple(costs))
    context.cost_table.keep_usage_types(tenant_id, month, found)
    return found


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


def _write(context: Context, days: Days, records: Iterable[CostRecord]) -> None:
    """Every month that was read, the months without any cost too."""
    used = {
        (usage.tenant_id, usage.month): usage
        for tenant in context.tenants.all()
        for usage in _usage(context, tenant, days)
    }
    billed = {(each.owner, each.month): each for each in months_of(records)}
    for month in months_in(days):
        owners = sorted({owner for owner, of in (*billed, *used) if of == month})
        context.cost_table.replace(
            month,
            [
                billed.get((owner, month), CostMonth(owner, month)).using(
                    used.get((owner, month), MonthUsage(owner, month)).tiers
                )
                for owner in owners
            ],
        )


def _usage(context: Context, tenant: Tenant, days: Days) -> Iterable[MonthUsage]:
    """By its builds; of a tenant that has left, what was kept when its builds went."""
    if tenant.kept_usage is not None:
        months = months_in(days)
        return [usage for usage in tenant.kept_usage if usage.month in months]
    since, until = (datetime.combine(day, time(), UTC) for day in (days.since, days.until))
    ended: dict[str, list[Build]] = {}
    for build in context.builds.ended_of(tenant.tenant_id, since, until):
        if build.ended_at is not None:
            ended.setdefault(f"{build.ended_at:%Y-%m}", []).append(build)
    return [usage_of(tenant.tenant_id, month, builds) for month, builds in ended.items()]
