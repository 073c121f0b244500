"""Responsible for the envelope of a sync of costs, scheduled or asked for."""

from datetime import UTC, datetime
from typing import Any

from backend.cost_sync import sync
from backend.domain.errors import Conflict, Unavailable
from backend.handlers import warm


def handler(_: dict[str, Any], __: object) -> dict[str, Any]:
    """How the sync went; `refused` holds the sentence when there was none, which is no error."""
    try:
        state = sync(warm.context(), now=datetime.now(UTC))
    except (Conflict, Unavailable) as refusal:
        return {"refused": str(refusal)}
    return {
        "refused": state.refused,
        "requests_today": state.requests_today,
        "difference": str(state.difference),
    }
