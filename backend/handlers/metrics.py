"""Responsible for the envelope of the tiers' figures, each minute."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from backend.handlers import warm
from backend.metrics import publish


def handler(_: dict[str, Any], __: object) -> dict[str, Any]:
    return {"tiers": [asdict(line) for line in publish(warm.context(), now=datetime.now(UTC))]}
