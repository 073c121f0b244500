"""Responsible for turning AWS's error codes into ours, by name, once, at the seam."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from backend.domain.errors import BackendError, Unavailable

THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "TransactionConflictException",
        "ProvisionedThroughputExceededException",
        "SlowDown",
        "ServiceUnavailable",
        "LimitExceededException",
    }
)


@contextmanager
def translated(sentence: str = "", /, **kinds: type[BackendError]) -> Iterator[None]:
    """Raises the named kind for a named code; throttling is Unavailable; the rest flies on.

    `sentence` is what people read; without one AWS's own message is kept.
    """
    try:
        yield
    except ClientError as refusal:
        code = refusal.response["Error"]["Code"]
        if code in kinds:
            raise kinds[code](sentence or message_of(refusal)) from refusal
        if code in THROTTLED:
            raise Unavailable(f"AWS is busy ({code}): try again in a moment.") from refusal
        raise


def message_of(refusal: ClientError) -> str:
    return str(refusal.response["Error"].get("Message") or refusal)


def code_of(refusal: ClientError) -> str:
    return str(refusal.response["Error"]["Code"])
