"""Responsible for domain values that the portal's tests show."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from backend.domain.build import BuildStep, Result
from backend.domain.cost import CostRecord
from backend.domain.cost_cube import cube_of
from backend.domain.cost_month import months_of
from backend.domain.cost_overview import CostOverview, overview
from backend.domain.monthly_allocation import whole_months
from backend.domain.scheduling import Loan, Slot
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tier import TIERS
from backend.queues import QueueBoard, TierLine

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIRST = date(2026, 11, 1)


def spent(
    costs: dict[str | None, list[str]], *, days: int = 3, shared: str = "", service: str = "S3"
) -> CostOverview:
    """The first days of a month, on which each tenant, or none, has spent the given amounts."""
    records = [
        CostRecord(FIRST + timedelta(days=n), tenant_id, Decimal(amount), True, service)
        for tenant_id, amounts in costs.items()
        for n, amount in enumerate(amounts)
    ]
    if shared:
        records.append(CostRecord(FIRST, None, Decimal(shared), True, service, shared=True))
    until = FIRST + timedelta(days=days)
    whole = whole_months(FIRST - timedelta(days=days), until)
    cube = cube_of(months_of(records), whole.since, whole.until)
    return overview(cube, FIRST, until, [], tier_of=lambda _: "basic")


def line(
    *, limit: int = 2, running: int = 0, lent: int = 0, tier: int = 0, waiting: int = 0
) -> TierLine:
    """A tier's line; what runs beyond the limit is borrowed."""
    name = TIERS[tier].name
    return TierLine(
        tier=TIERS[tier],
        waiting=waiting,
        parked=0,
        running=tuple(Slot(n, name, "acme", f"b{n}", NOON) for n in range(running)),
        limit=limit,
        loan=Loan(lent=lent, borrowed=max(0, running - limit)),
        oldest_wait=None,
        depth=0,
        dead_letters=0,
    )


def board(
    *waiting: int, running: int = 0, at: datetime = NOON, half_started: int = 0, **policy: int
) -> QueueBoard:
    lines = tuple(
        line(tier=tier, waiting=count, running=running, limit=TIERS[tier].max_concurrent_builds)
        for tier, count in enumerate(waiting)
    )
    slots = sum(each.limit for each in lines)
    return QueueBoard(
        lines,
        policy=SchedulingPolicy(**policy),
        slots=slots,
        free=slots - running * len(lines),
        half_started=half_started,
        seen_at=at,
    )


def step(name: str, start: int, end: int | None, status: str = "Succeeded") -> BuildStep:
    return BuildStep(
        name=name,
        kind="Processing",
        status=status,
        started_at=NOON + timedelta(seconds=start),
        ended_at=None if end is None else NOON + timedelta(seconds=end),
    )


def result(metrics: dict[str, float], baseline: dict[str, float]) -> Result:
    return Result(
        outcome="Registered",
        objective="binary",
        target="churn",
        skill=0.28,
        score=0.4,
        baseline=0.58,
        gate_metric="log_loss",
        metrics=metrics,
        baseline_metrics=baseline,
        rows_read=100,
        rows_dropped=1,
        test_rows=15,
        recorded_at=NOON,
    )
