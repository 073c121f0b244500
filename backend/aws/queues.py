"""Responsible for the tiers' queues: how many requests wait for intake, how many were given up."""

from typing import Any

from backend.aws.session import AwsSession
from backend.domain import naming


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

    def _count(self, queue: str) -> int:
        counted = self._sqs.get_queue_attributes(
            QueueUrl=self._sqs.get_queue_url(QueueName=queue)["QueueUrl"],
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )["Attributes"]
        return sum(int(number) for number in counted.values())
