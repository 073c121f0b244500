"""Responsible for a request that was given up: what it asked for, and why nothing came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.domain import naming
from backend.domain.build_request import BuildRequest
from backend.domain.errors import Invalid

ATTEMPTS = 5  # as often as the tiers' queues let a message be taken up
GIVEN_UP = f"Taken up {ATTEMPTS} times without success: see intake's log."


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message among a tier's dead letters.

    Intake sets aside what can never name a build, with its reason and when. What SQS has moved
    there after the last attempt came without either. `received_count` is how often intake took it
    up; `group` is the message's group, the tenant whose rule has sent it.
    """

    message_id: str
    tier: str
    body: str
    sent_at: datetime
    reason: str = GIVEN_UP
    failed_at: datetime | None = None
    received_count: int = ATTEMPTS
    group: str | None = None

    @classmethod
    def of_record(
        cls, record: Mapping[str, Any], *, reason: str, failed_at: datetime
    ) -> "DeadLetter":
        """What becomes of a message that Lambda has taken from a tier's queue."""
        attributes = record["attributes"]
        return cls(
            message_id=record["messageId"],
            tier=naming.tier_of_queue(record["eventSourceARN"]),
            body=record["body"],
            sent_at=moment_of(attributes["SentTimestamp"]),
            reason=reason,
            failed_at=failed_at,
            received_count=int(attributes["ApproximateReceiveCount"]),
            group=attributes.get("MessageGroupId"),
        )

    @property
    def tenant_id(self) -> str | None:
        request = self._request()
        return self.group if request is None else request.tenant_id

    @property
    def file(self) -> str | None:
        request = self._request()
        return None if request is None else request.upload.file_name

    def _request(self) -> BuildRequest | None:
        try:
            return BuildRequest.from_message(self.body)
        except Invalid:
            return None


def moment_of(milliseconds: str) -> datetime:
    """A time as SQS writes it."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
