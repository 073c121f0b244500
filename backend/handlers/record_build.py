"""Responsible for the envelope of the pipelines' Lambda step."""

from datetime import UTC, datetime
from typing import Any

from backend.handlers import warm
from backend.record import record_result


def handler(event: dict[str, Any], _: object) -> dict[str, str]:
    """The step's outputs must be flat."""
    build = record_result(warm.context(), event, now=datetime.now(UTC))
    return {"build_id": build.build_id, "state": build.state.value}
