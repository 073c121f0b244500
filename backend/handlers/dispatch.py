"""Responsible for the envelope of a dispatch, whoever asked for it."""

from datetime import UTC, datetime
from typing import Any

from backend.dispatch import dispatch
from backend.handlers import warm


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Who calls may say which builds have arrived, or that a slot was freed."""
    started = dispatch(
        warm.context(),
        now=datetime.now(UTC),
        arrived=event.get("arrived", ()),
        freed=event.get("freed", False),
    )
    return {"started": [build.build_id for build in started]}
