"""Responsible for the demo's past: ninety days of made-up costs, every line of them labelled so.

What is written is what `backend/embedded/costs/ledger.py` reads. The same seed and day make the
same file; nothing in it is of today or later, as those days hold what really runs.
"""

import json
import random
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.context import Context
from backend.domain import naming
from backend.domain.new_tenant import NewTenant
from backend.domain.tenant import TenantStatus
from demo.cast import TENANTS

DAYS = 90
SEED = 2026
# Days before today on which one tenant's training cost many times the usual.
ANOMALY = range(3, 5)
ANOMALOUS_TENANT = "delta-foods"

_PLACES = Decimal("1E-10")
_TIMES_USUAL = Decimal(9)
_ONE = Decimal(1)
_WEEKEND = 5
_LABEL = {naming.SYNTHETIC_TAG: "true"}
_SHARED = _LABEL | {naming.PROJECT_TAG: naming.PROJECT}
_NOBODYS = _LABEL
_MADE_UP = {
    "delta-foods": "standard",
    "ember-energy": "premium",
    "fjord-freight": "basic",
    "grove-grocers": "standard",
    "harbor-health": "premium",
    "indigo-insure": "standard",
    "juniper-jets": "basic",
}
_TIMES_A_TIER = {"basic": Decimal("0.4"), "standard": Decimal(1), "premium": Decimal("2.6")}
_CREDIT_DAYS_AGO = 20


@dataclass(frozen=True, slots=True)
class Use:
    """A usage type of a service, what a usual working day of it costs (USD), and of how much."""

    service: str
    usage_type: str
    unit: str
    amount: Decimal
    usage: Decimal
    weekends: Decimal = Decimal("0.3")


_SAGEMAKER, _S3 = "Amazon SageMaker", "Amazon Simple Storage Service"
_TRAINING = Use(_SAGEMAKER, "USE1-Train:ml.m5.xlarge", "Hrs", Decimal("2.30"), Decimal(10))
_OF_TENANTS = (
    _TRAINING,
    Use(_SAGEMAKER, "USE1-Processing:ml.m5.large", "Hrs", Decimal("0.69"), Decimal(6)),
    Use(_SAGEMAKER, "USE1-Train:VolumeUsage.gp2", "GB-Mo", Decimal("0.057"), Decimal("0.41")),
    Use(_S3, "TimedStorage-ByteHrs", "GB-Mo", Decimal("0.092"), Decimal(4), Decimal(1)),
)
_OF_ALL = (
    Use(_S3, "TimedStorage-ByteHrs", "GB-Mo", Decimal("0.31"), Decimal("13.5"), Decimal(1)),
    Use("Amazon DynamoDB", "ReadRequestUnits", "ReadRequestUnits", Decimal("0.42"), Decimal(3360)),
    Use("AWS Lambda", "Lambda-GB-Second", "Lambda-GB-Second", Decimal("0.27"), Decimal(16200)),
    Use("AmazonCloudWatch", "CW:AlarmMonitorUsage", "Alarms", Decimal("0.04"), Decimal("0.4")),
)
_OF_NOBODY = (
    Use("AmazonCloudWatch", "USE1-DataProcessing-Bytes", "GB", Decimal("0.61"), Decimal("1.22")),
    Use(
        "AWS Key Management Service", "us-east-1-KMS-Keys", "Keys", Decimal("0.10"), Decimal("0.1")
    ),
)

_TAX = Use("Tax", "NoUsageType", "N/A", Decimal(36), Decimal(0), Decimal(1))
_CREDIT = Use(_SAGEMAKER, "USE1-Train:ml.m5.xlarge", "Hrs", Decimal(-25), Decimal(0))


def write_history(file: Path, *, today: date, seed: int = SEED) -> None:
    """The ninety days before `today`, for the demo's tenants and seven more."""
    with file.open("w", encoding="utf-8") as lines:
        for line in history(today=today, seed=seed):
            lines.write(json.dumps(line) + "\n")


def remember_tenants(context: Context, *, today: date) -> None:
    """The made-up tenants as tenants that have left, the real ones as if they had been here.

    So the past's costs are of tenants in the registry, and of a tier.
    """
    since = _began(today)
    for player in TENANTS:
        tenant = context.tenants.get(player.tenant_id)
        context.tenants.save(tenant, replace(tenant, created_at=since))
    for tenant_id, tier in _MADE_UP.items():
        name = f"{tenant_id.replace('-', ' ').title()} (synthetic)"
        new = NewTenant(tenant_id, name, tier, first_user="").registered(context.site, at=since)
        left_at = datetime.combine(today, time(), UTC)
        gone = replace(new, left_at=left_at, kept_usage=())
        context.tenants.add(gone.with_status(TenantStatus.OFFBOARDED))


def history(*, today: date, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """The ledger's lines: what was activated before the first day, then cost by its source."""
    draw = random.Random(seed)  # noqa: S311 - a made-up past keeps no secret
    began = _began(today)
    for key in (*naming.COST_TAGS, naming.SYNTHETIC_TAG):
        yield {"activated": key, "at": began.isoformat()}
    days = [today - timedelta(days=number) for number in range(DAYS, 0, -1)]
    for tenant_id, tier in _tiers().items():
        tags = _SHARED | {naming.TENANT_TAG: tenant_id, naming.TIER_TAG: tier}
        times = _TIMES_A_TIER[tier] * _about(draw, 25)
        for use in _OF_TENANTS:
            odd = _anomalies(tenant_id, use, today)
            yield _line(use, tags, _used(draw, use, days, times=times, odd=odd))
    for tags, uses in ((_SHARED, _OF_ALL), (_NOBODYS, _OF_NOBODY)):
        for use in uses:
            yield _line(use, tags, _used(draw, use, days))
    yield from _charges(draw, days)


def _began(today: date) -> datetime:
    return datetime.combine(today - timedelta(days=DAYS + 2), time(), UTC)


def _tiers() -> dict[str, str]:
    return {player.tenant_id: player.tier for player in TENANTS} | _MADE_UP


def _anomalies(tenant_id: str, use: Use, today: date) -> Collection[date]:
    if tenant_id != ANOMALOUS_TENANT or use != _TRAINING:
        return ()
    return [today - timedelta(days=number) for number in ANOMALY]


def _used(
    draw: random.Random,
    use: Use,
    days: Iterable[date],
    *,
    times: Decimal = _ONE,
    odd: Collection[date] = (),
) -> dict[str, list[str]]:
    """Working days are like each other, weekends are quieter, and no two days are the same."""
    found = {}
    for day in days:
        share = times * _about(draw, 12) * _rhythm(use, day, odd)
        found[day.isoformat()] = [_text(use.amount * share), _text(use.usage * share)]
    return found


def _rhythm(use: Use, day: date, odd: Collection[date]) -> Decimal:
    if day in odd:
        return _TIMES_USUAL
    return use.weekends if day.weekday() >= _WEEKEND else _ONE


def _charges(draw: random.Random, days: list[date]) -> Iterator[dict[str, Any]]:
    """What is no usage: tax, billed on the first of each month, and one credit."""
    firsts = [day for day in days if day.day == 1]
    yield _line(_TAX, _NOBODYS, _used(draw, _TAX, firsts), kind="Tax")
    credited = {days[-_CREDIT_DAYS_AGO].isoformat(): [_text(_CREDIT.amount), "0"]}
    yield _line(_CREDIT, _NOBODYS, credited, kind="Credit")


def _line(
    use: Use, tags: Mapping[str, str], days: Mapping[str, list[str]], *, kind: str = "Usage"
) -> dict[str, Any]:
    return {
        "service": use.service,
        "usage_type": use.usage_type,
        "unit": use.unit,
        "record_type": kind,
        "tags": dict(tags),
        "days": dict(days),
    }


def _about(draw: random.Random, percent: int) -> Decimal:
    """A factor up to so many percent off 1, to ten places."""
    most = percent * 10**8
    return 1 + Decimal(draw.randint(-most, most)).scaleb(-10)


def _text(amount: Decimal) -> str:
    return f"{amount.quantize(_PLACES):f}"
