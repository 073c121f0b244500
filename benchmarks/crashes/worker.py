"""Responsible for the processes that are killed: each runs one use case again and again.

They stand for the Lambda functions, and treat messages and events as Lambda does: what is not taken
in stays on its queue, and an event that nobody has dealt with comes again.
"""

import json
import logging
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from backend.context import Context
from backend.dispatch import dispatch
from backend.domain import naming
from backend.domain.errors import BackendError
from backend.domain.tier import TIERS
from backend.ingest import ingest
from backend.record import record_end
from backend.sweep import sweep
from benchmarks.crashes.fast_executor import DISPATCH, STATUS

LOG = logging.getLogger(__name__)
_BATCH = 4
_IDLE_SECONDS = 0.2
_NET_SECONDS = 0.3  # stands for the schedule's minute
_SWEEP_SECONDS = 2.0
_HASTE = 0.1  # executions last a second where they would last minutes
_VISIBILITY_SECONDS = 1  # of a message that is being taken in


@dataclass(frozen=True)
class Executor:
    """The fast executor, as workers and their supervisor ask it."""

    url: str

    def ask(self, path: str, **body: Any) -> Any:
        sent = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data=sent, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def state(self) -> Any:
        with urllib.request.urlopen(f"{self.url}/state", timeout=30) as answer:  # noqa: S310
            return json.load(answer)


def take_in(context: Context, _: Executor) -> None:
    """Intake: uploads from the tiers' queues, a batch at a time."""
    sqs = context.session.client("sqs")
    urls = [sqs.get_queue_url(QueueName=naming.queue_of(tier.name))["QueueUrl"] for tier in TIERS]
    while True:
        if not sum([_batch_taken_in(context, sqs, url) for url in urls]):
            time.sleep(_IDLE_SECONDS)


def _batch_taken_in(context: Context, sqs: Any, url: str) -> int:
    """As Lambda's mapping does it: messages leave the queue when the function has returned."""
    received = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=_BATCH,
        VisibilityTimeout=_VISIBILITY_SECONDS,
        MessageSystemAttributeNames=["SentTimestamp"],
    ).get("Messages", [])
    taken = []
    for message in received:
        sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
        try:
            taken_in = ingest(context, message["Body"], queued_at=sent, now=_now())
        except BackendError as fault:
            LOG.warning("a message stays on the queue: %s", fault)
        else:
            if taken_in.may_start:
                context.functions.invoke_dispatch(arrived=[taken_in.build.build_id])
            taken.append(message["ReceiptHandle"])
    if taken:
        entries = [{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(taken)]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    return len(received)


def start_builds(context: Context, executor: Executor) -> None:
    """One dispatcher: called by events, and by the net when there are none."""
    while True:
        taken = executor.ask(f"take/{DISPATCH}", wait=_NET_SECONDS)["taken"]
        called = taken["body"] if taken else {}
        dispatch(
            context,
            now=_now(),
            arrived=called.get("arrived", ()),
            freed=called.get("freed", False),
            wait=lambda seconds: time.sleep(seconds * _HASTE),
        )
        if taken:
            executor.ask(f"done/{taken['number']}")


def record_ends(context: Context, executor: Executor) -> None:
    """The recorder of status changes."""
    while True:
        taken = executor.ask(f"take/{STATUS}", wait=_NET_SECONDS)["taken"]
        if taken is None:
            continue
        try:
            record_end(context, taken["body"], now=_now())
        except BackendError as fault:
            LOG.warning("an event will be told again: %s", fault)
        else:
            executor.ask(f"done/{taken['number']}")


def keep_sweeping(context: Context, _: Executor) -> None:
    while True:
        time.sleep(_SWEEP_SECONDS)
        sweep_once(context)


def sweep_once(context: Context) -> dict[str, Any]:
    """What one sweep says it has found; nothing of it is believed."""
    try:
        return asdict(sweep(context, now=_now()))
    except BackendError as fault:
        LOG.warning("the sweep was cut short: %s", fault)
        return {}


Work = Callable[[Context, Executor], None]
ROLES: Mapping[str, Work] = {
    "intake": take_in,
    "dispatch": start_builds,
    "record": record_ends,
    "sweep": keep_sweeping,
}


def _now() -> datetime:
    return datetime.now(UTC)
