"""Responsible for a year of many tenants' costs, as the embedded cloud's ledger holds it."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.domain import naming

SERVICES = ("Amazon SageMaker", "Amazon Simple Storage Service", "AWS Lambda")
_SYNTHETIC = {naming.SYNTHETIC_TAG: "true"}
_SHARED = _SYNTHETIC | {naming.PROJECT_TAG: naming.PROJECT}
_SEED = 20


def write_year(file: Path, *, today: date, tenants: int, days: int) -> int:
    """So many days before today of each tenant and service, of all and of nobody; how many lines.

    Every amount has ten places, and some are credits.
    """
    draw = random.Random(_SEED)  # noqa: S311 - made-up costs keep no secret
    began = datetime.combine(today - timedelta(days=days + 2), time(), UTC)
    with file.open("w", encoding="utf-8") as lines:
        for key in (*naming.COST_TAGS, naming.SYNTHETIC_TAG):
            lines.write(json.dumps({"activated": key, "at": began.isoformat()}) + "\n")
        for source in _sources(draw, today, tenants, days):
            lines.write(json.dumps(source) + "\n")
    return (tenants + 2) * len(SERVICES) * days


def _sources(draw: random.Random, today: date, tenants: int, days: int) -> Iterator[dict[str, Any]]:
    owners = [_SHARED | {naming.TENANT_TAG: f"tenant-{n:04}"} for n in range(tenants)]
    for tags in (*owners, _SHARED, _SYNTHETIC):
        usual = draw.randrange(1, 5 * 10**10)
        for service in SERVICES:
            yield {
                "service": service,
                "usage_type": "Use",
                "unit": "Hrs",
                "record_type": "Usage",
                "tags": tags,
                "days": {
                    f"{today - timedelta(days=number)}": [_amount(draw, usual), "1.5"]
                    for number in range(1, days + 1)
                },
            }


def _amount(draw: random.Random, usual: int) -> str:
    units = draw.randrange(usual) * (-1 if draw.random() < 0.01 else 1)
    return f"{Decimal(units).scaleb(-10):f}"
