"""Responsible for the envelope of queued uploads: each on its own, then one call for a dispatch."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend.domain.errors import BackendError
from backend.handlers import warm
from backend.ingest import ingest

LOG = logging.getLogger(__name__)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Names the messages to keep on the queue; after five attempts they are dead letters."""
    failed = [record["messageId"] for record in event["Records"] if not _taken_in(record)]
    warm.context().functions.invoke_dispatch()
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _taken_in(record: Mapping[str, Any]) -> bool:
    sent = datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC)
    try:
        ingest(warm.context(), record["body"], queued_at=sent, now=datetime.now(UTC))
    except BackendError as fault:
        LOG.warning("message_id=%s left on the queue: %s", record["messageId"], fault)
        return False
    return True
