"""Responsible for what ministack answers differently from AWS, one difference a function."""

import json
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

_version: ContextVar[str | None] = ContextVar("version", default=None)


def install() -> None:
    _carry_object_version()


def _carry_object_version() -> None:
    """S3's "Object Created" names the version; without it a second upload looks like the first."""
    fire, deliver = s3._fire_s3_event, eventbridge._dispatch_event

    def fire_with_version(*event: Any, version_id: str | None = None, **more: Any) -> None:
        _version.set(version_id)
        fire(*event, version_id=version_id, **more)

    def deliver_with_version(event: dict[str, Any], view: Any = None) -> None:
        if event.get("Source") == "aws.s3" and _version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = _version.get()
            event = event | {"Detail": json.dumps(detail)}
        deliver(event, view)

    s3._fire_s3_event, eventbridge._dispatch_event = fire_with_version, deliver_with_version
