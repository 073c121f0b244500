"""What a tenant's rule puts on a queue, handed to the functions that take it."""

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

from backend.context import Context
from backend.domain import naming
from backend.domain.tenant import Tenant

T = TypeVar("T")


def message_of(tenant: Tenant, **other: Any) -> str:
    """A message that asks for a build of a file nobody has uploaded, but for what is given."""
    return json.dumps(
        {
            "tenant_id": tenant.tenant_id,
            "bucket": tenant.bucket,
            "key": "uploads/a.csv",
            "version_id": "v1",
            "size": 10,
            "uploaded_at": "2026-05-04T12:00:00Z",
            **other,
        }
    )


def invoke_intake(admin: Context, *bodies: str, tier: str = "basic") -> Any:
    """Hands intake a batch as its queue would; the messages are m1, m2 and so on."""
    queue = naming.queue_arn(naming.queue_of(tier), admin.session.account, admin.session.region)
    records = [
        {
            "messageId": f"m{number}",
            "body": body,
            "attributes": {"SentTimestamp": "1777896000000", "ApproximateReceiveCount": "1"},
            "eventSourceARN": queue,
        }
        for number, body in enumerate(bodies, 1)
    ]
    return invoke(admin, naming.INTAKE_FUNCTION, {"Records": records})


def invoke(admin: Context, function: str, event: dict[str, Any]) -> Any:
    answer = admin.session.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    returned = json.load(answer["Payload"])
    assert "FunctionError" not in answer, returned
    return returned


def eventually(found: Callable[[], T], seconds: float = 20) -> T:
    """What is found once it is there; until then finding it raises."""
    limit = time.monotonic() + seconds
    while True:
        try:
            return found()
        except (ValueError, StopIteration, AssertionError):
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)
