"""Responsible for issued invoices: numbered without a gap, written once and never changed."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.conditions import Key

from backend.aws.audit_table import added
from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.transactions import Contested, let_others_finish, write_together
from backend.domain import naming
from backend.domain.errors import Unavailable
from backend.domain.invoice import Invoice, InvoiceSummary, issuing_of, summary_of

_TRIES = 12
_SUMMARY = (
    "tenant_id",
    "tenant_name",
    "month",
    "total",
    "subtotals",
    "number",
    "issued_at",
    "currency",
)


class InvoiceTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.INVOICES_TABLE)

    def find(self, tenant_id: str, month: str) -> Invoice | None:
        """The issued invoice, word for word; None as long as there is none."""
        key = {"tenant_id": tenant_id, "month": month}
        row = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        return None if row is None else _unpacked(bytes(row["document"]))

    def of_tenant(self, tenant_id: str) -> list[InvoiceSummary]:
        """The tenant's issued invoices, the newest month first."""
        wanted = Key("tenant_id").eq(tenant_id)
        return list(self._summaries(KeyConditionExpression=wanted, ScanIndexForward=False))

    def of_month(self, month: str) -> list[InvoiceSummary]:
        """All tenants' issued invoices of a month, in the order of the ids."""
        wanted = Key("month").eq(month)
        return list(self._summaries(IndexName=naming.BY_MONTH_INDEX, KeyConditionExpression=wanted))

    def issue(self, draft: Invoice, *, at: datetime, by: str) -> Invoice:
        """The draft under the next number of the UTC year it is issued in, from 2026-000001 on.

        Number, invoice and the audit's entry are one write: no number is left out, none is given
        twice, and whatever is issued is remembered. An invoice that has been issued before is
        returned as it is. Raises Conflict for a draft that is not
        final, and Unavailable when others keep taking the next number.
        """
        year = f"{at.astimezone(UTC):%Y}"
        for attempt in range(_TRIES):
            known = self.find(draft.tenant_id, draft.month)
            if known is not None:
                return known
            last = self._last_number(year)
            issued = draft.issued(f"{year}-{last + 1:06}", at=at, by=by)
            try:
                writes = [_put(issued), _count(year, last), added(issuing_of(issued, at=at))]
                write_together(self._session, writes)
            except Contested:
                let_others_finish(attempt)
            else:
                return issued
        raise Unavailable("Others are issuing invoices at this moment: try again in a minute.")

    def _last_number(self, year: str) -> int:
        settings = self._session.table(naming.SETTINGS_TABLE)
        row = settings.get_item(Key=_counter(year), ConsistentRead=True).get("Item")
        return int(row["last"]) if row else 0

    def _summaries(self, **query: Any) -> Iterator[InvoiceSummary]:
        names = {f"#{n}": name for n, name in enumerate(_SUMMARY)}
        query |= {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
        while True:
            page = self._table.query(**query)
            yield from (from_row(InvoiceSummary, row) for row in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def row_of(issued: Invoice) -> dict[str, Any]:
    """The summary as attributes, and the whole as a document: read as it was issued, for good."""
    return {**to_row(summary_of(issued)), "document": _packed(issued)}


def _put(issued: Invoice) -> dict[str, Any]:
    return {
        "Put": {
            "TableName": naming.INVOICES_TABLE,
            "Item": row_of(issued),
            "ConditionExpression": "attribute_not_exists(tenant_id)",
        }
    }


def _count(year: str, last: int) -> dict[str, Any]:
    """The year's last number moves on by one, if it is still what was read."""
    return {
        "Update": {
            "TableName": naming.SETTINGS_TABLE,
            "Key": _counter(year),
            "UpdateExpression": "SET #last = :next",
            "ConditionExpression": "#last = :last" if last else "attribute_not_exists(#last)",
            "ExpressionAttributeNames": {"#last": "last"},
            "ExpressionAttributeValues": {":next": last + 1, **({":last": last} if last else {})},
        }
    }


def _counter(year: str) -> dict[str, str]:
    return {"name": f"invoice-numbers-{year}"}


def _packed(invoice: Invoice) -> bytes:
    """The whole invoice, compressed: its builds alone would fill a row; amounts as texts."""
    return zlib.compress(json.dumps(to_row(invoice), default=str).encode())


def _unpacked(document: bytes) -> Invoice:
    return from_row(Invoice, json.loads(zlib.decompress(document)))
