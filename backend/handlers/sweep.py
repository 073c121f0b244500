"""Responsible for the envelope of a sweep, scheduled or asked for."""

from datetime import UTC, datetime
from typing import Any

from backend.handlers import warm
from backend.sweep import sweep


def handler(_: dict[str, Any], __: object) -> dict[str, Any]:
    return sweep(warm.context(), now=datetime.now(UTC)).as_json()
