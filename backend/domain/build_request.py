"""Responsible for the message that asks for a build, parsed once at the door."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.domain import naming
from backend.domain.errors import Invalid

_FIELDS = ("tenant_id", "bucket", "key", "version_id", "size", "uploaded_at")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """One version of one object in a tenant's bucket."""

    bucket: str
    key: str
    version_id: str
    size: int
    uploaded_at: datetime

    @property
    def file_name(self) -> str:
        return self.key.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """An upload, and the tenant whose rule carried it."""

    tenant_id: str
    upload: Upload

    @property
    def build_id(self) -> str:
        return naming.build_id_of(self.upload.bucket, self.upload.key, self.upload.version_id)

    @classmethod
    def from_message(cls, body: str) -> "BuildRequest":
        """Parses what a tenant's rule puts on the queue; raises Invalid for anything else."""
        message = _parsed(body)
        if lacks := [name for name in _FIELDS if name not in message]:
            raise _no_build(f"it lacks {', '.join(lacks)}", body)
        try:
            upload = Upload(
                bucket=str(message["bucket"]),
                key=str(message["key"]),
                version_id=str(message["version_id"]),
                size=int(message["size"]),
                uploaded_at=datetime.fromisoformat(message["uploaded_at"]),
            )
        except (TypeError, ValueError, OverflowError) as fault:
            raise _no_build("its size is no number, or uploaded_at no time", body) from fault
        if not (upload.bucket and upload.key and upload.version_id) or upload.size < 0:
            raise _no_build("no upload can be of that name, version or size", body)
        if upload.uploaded_at.tzinfo is None:
            raise _no_build("uploaded_at has no time zone", body)
        return cls(naming.checked_tenant_id(str(message["tenant_id"])), upload)


def _parsed(body: str) -> dict[str, Any]:
    try:
        message = json.loads(body)
        # Half a surrogate can be escaped in JSON and written nowhere else: here it is refused.
        json.dumps(message, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise _no_build("it is not JSON that can be read", body) from fault
    if not isinstance(message, dict):
        raise _no_build("it is no JSON object", body)
    return message


def _no_build(why: str, body: str) -> Invalid:
    return Invalid(f"The message asks for no build: {why}. It reads {body[:_SHOWN]!r}.")
