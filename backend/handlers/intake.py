"""Responsible for the envelope of queued uploads: each on its own, then one call for a dispatch."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend.dead_letters import set_aside
from backend.domain.dead_letter import DeadLetter, moment_of
from backend.domain.errors import BackendError, Invalid, NotFound
from backend.handlers import warm
from backend.ingest import TakenIn, ingest

LOG = logging.getLogger(__name__)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Names the messages to keep on the queue for another try."""
    taken, kept = list[TakenIn](), list[str]()
    for record in event["Records"]:
        try:
            taken += _taken_in(record)
        except BackendError as fault:
            LOG.warning("message_id=%s left on the queue: %s", record["messageId"], fault)
            kept.append(record["messageId"])
    arrived = [each.build.build_id for each in taken if each.may_start]
    if arrived:
        warm.context().functions.invoke_dispatch(arrived=arrived)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in kept]}


def _taken_in(record: Mapping[str, Any]) -> list[TakenIn]:
    """Empty when the message can never name a build and was set aside."""
    now, sent = datetime.now(UTC), moment_of(record["attributes"]["SentTimestamp"])
    try:
        return [ingest(warm.context(), record["body"], queued_at=sent, now=now)]
    except (Invalid, NotFound) as refusal:
        letter = DeadLetter.of_record(record, reason=str(refusal), failed_at=now)
        set_aside(warm.context(), letter)
        return []
