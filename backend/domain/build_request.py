"""Responsible for the message that asks for a build, parsed once at the door."""

import json
from dataclasses import dataclass
from datetime import datetime

from backend.domain import naming
from backend.domain.errors import Invalid


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
        try:
            message = json.loads(body)
            # Half a surrogate can be escaped in JSON and written nowhere else: here it is refused.
            json.dumps(message, ensure_ascii=False).encode()
            upload = _named(
                bucket=str(message["bucket"]),
                key=str(message["key"]),
                version_id=str(message["version_id"]),
                size=int(message["size"]),
                uploaded_at=datetime.fromisoformat(message["uploaded_at"]),
            )
            return cls(naming.checked_tenant_id(str(message["tenant_id"])), upload)
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as fault:
            raise Invalid(f"The message asks for no build: {fault!r} in {body[:200]!r}.") from fault


def _named(bucket: str, key: str, version_id: str, size: int, uploaded_at: datetime) -> Upload:
    """Raises ValueError for what no version of an object can be."""
    if not (bucket and key and version_id) or size < 0 or uploaded_at.tzinfo is None:
        raise ValueError("no such version")
    return Upload(bucket, key, version_id, size, uploaded_at)
