"""Responsible for the envelope of a status change of a pipeline execution."""

from datetime import UTC, datetime
from typing import Any

from backend.handlers import warm
from backend.record import record_end


def handler(event: dict[str, Any], _: object) -> None:
    record_end(warm.context(), event, now=datetime.now(UTC))
