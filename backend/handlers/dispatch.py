"""Responsible for the envelope of a dispatch, whoever asked for it."""

from datetime import UTC, datetime
from typing import Any

from backend.dispatch import dispatch
from backend.handlers import warm


def handler(_: dict[str, Any], __: object) -> dict[str, Any]:
    started = dispatch(warm.context(), now=datetime.now(UTC))
    return {"started": [build.build_id for build in started]}
