"""Responsible for the envelope of a sync of costs, scheduled or asked for."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend import budgets, cost_sync, cost_tags, list_prices
from backend.context import Context
from backend.domain.errors import BackendError, Conflict, Unavailable
from backend.handlers import warm

LOG = logging.getLogger(__name__)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """How the sync went; `refused` holds the sentence when there was none, which is no error.

    An event that names a `tenant_id` and a `month` asks for that month by usage type instead.
    What is spent of budgets is reckoned then, tags are asked for and list prices read: each
    whatever has become of the others.
    """
    now = datetime.now(UTC)
    if "tenant_id" in event:
        return _usage_types(warm.context(), event, now)
    told = _synced(warm.context(), now)
    for part in (budgets.reckon_all, cost_tags.ask_again, list_prices.refresh):
        try:
            part(warm.context(), now=now)
        except BackendError as refusal:
            LOG.warning("%s: %s", part.__module__, refusal)
    return told


def _synced(context: Context, now: datetime) -> dict[str, Any]:
    try:
        state = cost_sync.sync(context, now=now)
    except (Conflict, Unavailable) as refusal:
        return {"refused": str(refusal)}
    return {
        "refused": state.refused,
        "requests_today": state.requests_today,
        "difference": str(state.difference),
    }


def _usage_types(context: Context, event: Mapping[str, str], now: datetime) -> dict[str, Any]:
    try:
        cost_sync.ask_usage_types(context, event["tenant_id"], event["month"], now=now)
    except BackendError as refusal:
        return {"refused": str(refusal)}
    return {"refused": ""}
