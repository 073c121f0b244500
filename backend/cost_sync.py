"""Responsible for reading Cost Explorer into the costs table, and for counting what that costs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from backend.context import Context
from backend.domain.build import Build
from backend.domain.cost import CostRecord, UsageTypes
from backend.domain.cost_month import CostMonth, months_of
from backend.domain.cost_sync import Days, SyncState, first_of_month, months_in, to_read
from backend.domain.errors import Unavailable
from backend.domain.exact import exact_difference, exact_sum
from backend.domain.month import days_of
from backend.domain.tenant import Tenant, TenantStatus
from backend.domain.usage import MonthUsage, usage_of


def sync(context: Context, *, now: datetime) -> SyncState:
    """Brings the table to what Cost Explorer says of the months that may have changed.

    Beside it stands what tenants' builds used by the meter. Each request is counted before it is
    made, so a crash forgets none. What Cost Explorer refuses is remembered and told in the state.
    Raises Unavailable when the day's requests are used, and Conflict when another sync is at work.
    """
    counted = _Counted(context, now)
    counted.state.checked_to_begin(now, most=context.settings.cost_requests_a_day)
    days = to_read(counted.state, now)
    try:
        total = context.costs.total(days.since, days.until, asking=counted)
        records = context.costs.by_tenant_and_service(days.since, days.until, asking=counted)
    except Unavailable as refusal:
        return counted.keep(replace(counted.state, refused=str(refusal)))
    _write(context, days, records)
    return counted.keep(
        counted.state.synced(
            now,
            estimated={record.day for record in records if record.estimated},
            difference=_difference(total, records),
        )
    )


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
    known = context.tenants.all()
    used = {
        (usage.tenant_id, usage.month): usage
        for tenant in known
        if tenant.status is not TenantStatus.OFFBOARDED
        for usage in _usage(context, tenant, days)
    }
    billed = {(each.owner, each.month): each for each in months_of(records)}
    for month in months_in(days):
        first = date.fromisoformat(f"{month}-01")
        before = {each.owner: each for each in context.cost_table.of_all(first, _after(first))}
        kept = _kept(before, known)
        owners = {owner for owner, of in (*billed, *used) if of == month} | kept.keys()
        context.cost_table.replace(
            month,
            [
                _month(owner, month, billed, used.get((owner, month)), kept.get(owner))
                for owner in sorted(owners)
            ],
        )


def _usage(context: Context, tenant: Tenant, days: Days) -> Iterable[MonthUsage]:
    since, until = (datetime.combine(day, time(), UTC) for day in (days.since, days.until))
    ended: dict[str, list[Build]] = {}
    for build in context.builds.ended_of(tenant.tenant_id, since, until):
        if build.ended_at is not None:
            ended.setdefault(f"{build.ended_at:%Y-%m}", []).append(build)
    return [usage_of(tenant.tenant_id, month, builds) for month, builds in ended.items()]


def _kept(before: dict[str, CostMonth], known: Sequence[Tenant]) -> dict[str, CostMonth]:
    """What is told of offboarded tenants' builds: their records are gone, what they used is not."""
    here = {t.tenant_id for t in known if t.status is not TenantStatus.OFFBOARDED}
    return {owner: month for owner, month in before.items() if month.usage and owner not in here}


def _month(
    owner: str,
    month: str,
    billed: dict[tuple[str, str], CostMonth],
    used: MonthUsage | None,
    kept: CostMonth | None,
) -> CostMonth:
    cost = billed.get((owner, month)) or CostMonth(owner, month)
    if used is not None:
        return cost.using(used.tiers)
    return cost.using(kept.usage) if kept is not None else cost


def _after(first: date) -> date:
    return first_of_month(first, -1)


def _difference(total: Decimal, records: Iterable[CostRecord]) -> Decimal:
    return exact_difference(total, exact_sum(record.amount for record in records))
