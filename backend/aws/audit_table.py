"""Responsible for the audit: entries are added and read, a day at a time, and never changed."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from boto3.dynamodb.conditions import Key

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.domain import naming
from backend.domain.audit import AuditEntry


def added(entry: AuditEntry) -> dict[str, Any]:
    """The entry as one of several writes that happen together."""
    return {"Put": {"TableName": naming.AUDIT_TABLE, "Item": _row(entry)}}


class AuditTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.AUDIT_TABLE)

    def add(self, entry: AuditEntry) -> None:
        """Writes the entry; the same one written twice is one."""
        self._table.put_item(Item=_row(entry))

    def latest(self, limit: int, *, today: date, days: int) -> list[AuditEntry]:
        """The newest entries of the last `days` days, the newest first."""
        return list(islice(self._backwards(limit, today, days), limit))

    def _backwards(self, limit: int, today: date, days: int) -> Iterator[AuditEntry]:
        for back in range(days):
            day = (today - timedelta(days=back)).isoformat()
            page = self._table.query(
                KeyConditionExpression=Key("day").eq(day), ScanIndexForward=False, Limit=limit
            )
            yield from (from_row(AuditEntry, row) for row in page["Items"])


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {**to_row(entry), "day": entry.day, "entry_id": entry.entry_id}
