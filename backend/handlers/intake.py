"""Responsible for the envelope of queued uploads: each is taken in, or set aside, on its own."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend.context import Context
from backend.dead_letters import set_aside
from backend.domain.dead_letter import DeadLetter, moment_of
from backend.domain.errors import BackendError, Invalid, NotFound
from backend.handlers import warm
from backend.ingest import ingest

LOG = logging.getLogger(__name__)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Names the messages to keep on the queue for another try."""
    kept = list[str]()
    for record in event["Records"]:
        try:
            _take_in(warm.context(), record)
        except BackendError as fault:
            LOG.warning("message_id=%s left on the queue: %s", record["messageId"], fault)
            kept.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in kept]}


def _take_in(context: Context, record: Mapping[str, Any]) -> None:
    """A message that can never name a build is set aside; what may start does not wait for more."""
    now, sent = datetime.now(UTC), moment_of(record["attributes"]["SentTimestamp"])
    try:
        taken_in = ingest(context, record["body"], queued_at=sent, now=now)
    except (Invalid, NotFound) as refusal:
        set_aside(context, DeadLetter.of_record(record, reason=str(refusal), failed_at=now))
        return
    if taken_in.may_start:
        context.functions.invoke_dispatch(arrived=[taken_in.build.build_id])
