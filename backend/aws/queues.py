"""Responsible for the tiers' queues: requests before intake, and those that were given up."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.dead_letter import DeadLetter, moment_of
from backend.domain.errors import Invalid

# Long enough to look through the most there are; who dies meanwhile hides them no longer.
_LOOK_SECONDS = 30
_MOST = 1000
_WAIT_SECONDS = 1  # a receive that waits asks all of SQS's servers, one that does not only some
_BATCH = 10
_MESSAGE = ("SentTimestamp", "MessageGroupId")


class Queues:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _sqs(self) -> Any:
        return self._session.client("sqs")

    def depth(self, tier: str) -> int:
        """Messages not yet taken in, those in flight included; SQS calls the number approximate."""
        return self._count(naming.queue_of(tier))

    def dead_letters(self, tier: str) -> int:
        return self._count(naming.dead_letters_of(tier))

    def set_aside(self, letter: DeadLetter) -> None:
        """Adds it to its tier's dead letters; Invalid if SQS does not take it with its reason."""
        with translated(InvalidParameterValue=Invalid, InvalidMessageContents=Invalid):
            self._sqs.send_message(
                QueueUrl=self._url(naming.dead_letters_of(letter.tier)),
                MessageAttributes=_attributes_of(letter),
                **_message_of(letter),
            )

    def look_at_dead_letters(self, tier: str, *, limit: int) -> list[DeadLetter]:
        """At most `limit` of them; they stay where they are, visible to the next who looks."""
        expected = min(limit, self.dead_letters(tier))
        seen: dict[str, DeadLetter] = {}
        with self._looking(tier) as look:
            while len(seen) < expected and (batch := look()):
                seen |= {message["MessageId"]: _letter_of(message, tier) for message in batch}
        return list(seen.values())[:limit]

    def redrive(self, tier: str, message_ids: Collection[str]) -> list[DeadLetter]:
        """Moves those of the letters that are there to the tier's queue; returns them.

        Each is sent before it is deleted: who dies in between leaves one too many, never none.
        """
        queue = self._url(naming.queue_of(tier))
        return self._take(
            tier,
            message_ids,
            lambda letter: self._sqs.send_message(QueueUrl=queue, **_message_of(letter)),
        )

    def discard(self, tier: str, message_ids: Collection[str]) -> list[DeadLetter]:
        """Deletes those of the letters that are there, and returns them."""
        return self._take(tier, message_ids, lambda _: None)

    def _take(
        self, tier: str, message_ids: Collection[str], act: Callable[[DeadLetter], object]
    ) -> list[DeadLetter]:
        queue, taken = self._url(naming.dead_letters_of(tier)), dict[str, DeadLetter]()
        with self._looking(tier) as look:
            while taken.keys() != set(message_ids) and (batch := look()):
                for message in batch:
                    if message["MessageId"] in message_ids:
                        letter = _letter_of(message, tier)
                        act(letter)
                        self._sqs.delete_message(
                            QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
                        )
                        taken[letter.message_id] = letter
        return list(taken.values())

    @contextmanager
    def _looking(self, tier: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
        """Each call gives messages not given before, until there are none; then all are shown."""
        queue = self._url(naming.dead_letters_of(tier))
        handles: dict[str, str] = {}

        def look() -> list[dict[str, Any]]:
            if len(handles) >= _MOST:
                return []
            batch = self._receive(queue)
            new = [message for message in batch if message["MessageId"] not in handles]
            handles.update((message["MessageId"], message["ReceiptHandle"]) for message in batch)
            return new

        try:
            yield look
        finally:
            self._show_again(queue, list(handles.values()))

    def _receive(self, queue: str) -> list[dict[str, Any]]:
        received = self._sqs.receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=_LOOK_SECONDS,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageSystemAttributeNames=_MESSAGE,
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = received.get("Messages", [])
        return messages

    def _show_again(self, queue: str, handles: list[str]) -> None:
        """SQS refuses what has been deleted by now, entry by entry, and that is well."""
        for first in range(0, len(handles), _BATCH):
            self._sqs.change_message_visibility_batch(
                QueueUrl=queue,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                    for number, handle in enumerate(handles[first : first + _BATCH])
                ],
            )

    def _count(self, queue: str) -> int:
        counted = self._sqs.get_queue_attributes(
            QueueUrl=self._url(queue),
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )["Attributes"]
        return sum(int(number) for number in counted.values())

    def _url(self, queue: str) -> str:
        return str(self._sqs.get_queue_url(QueueName=queue)["QueueUrl"])


def _message_of(letter: DeadLetter) -> dict[str, str]:
    group = {} if letter.group is None else {"MessageGroupId": letter.group}
    return {"MessageBody": letter.body, **group}


def _attributes_of(letter: DeadLetter) -> dict[str, dict[str, str]]:
    """What SQS would not know of a message that somebody sends anew."""
    told = {
        "reason": letter.reason,
        "failed_at": letter.failed_at.isoformat() if letter.failed_at else "",
        "sent_at": letter.sent_at.isoformat(),
        "received_count": str(letter.received_count),
    }
    return {
        name: {"DataType": "String", "StringValue": text} for name, text in told.items() if text
    }


def _letter_of(message: dict[str, Any], tier: str) -> DeadLetter:
    told = {
        name: attribute["StringValue"]
        for name, attribute in message.get("MessageAttributes", {}).items()
    }
    known: dict[str, Any] = {}
    if "reason" in told:
        known = {
            "reason": told["reason"],
            "failed_at": datetime.fromisoformat(told["failed_at"]),
            "received_count": int(told["received_count"]),
        }
    system = message["Attributes"]
    sent = told.get("sent_at")
    return DeadLetter(
        message_id=message["MessageId"],
        tier=tier,
        body=message["Body"],
        sent_at=datetime.fromisoformat(sent) if sent else moment_of(system["SentTimestamp"]),
        group=system.get("MessageGroupId"),
        **known,
    )
