"""Responsible for remembering AWS's list prices between readings, and in a warm process."""

from datetime import UTC, datetime, timedelta
from typing import Any

from backend.aws.rows import to_row
from backend.aws.session import AwsSession
from backend.domain import naming
from backend.domain.exact import amount_of
from backend.domain.price_book import PriceBook

# Every build that ends asks; the list itself is read once a week.
LASTS = timedelta(hours=1)

_NAME = "price-book"


class PriceNotes:
    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._kept: tuple[datetime, PriceBook] | None = None

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SETTINGS_TABLE)

    def read(self, *, now: datetime | None = None) -> PriceBook:
        """The prices as they were an hour ago at most; the shipped table's before the first."""
        at = now or datetime.now(UTC)
        kept = self._kept
        if kept is None or abs(at - kept[0]) >= LASTS:
            row = self._table.get_item(Key={"name": _NAME}).get("Item")
            self._kept = kept = (at, PriceBook() if row is None else _book_of(row))
        return kept[1]

    def write(self, book: PriceBook) -> None:
        """Keeps the book; this process reads it from the next time on."""
        row = {
            "name": _NAME,
            "region": book.region,
            "read_at": book.read_at,
            "unread_because": book.unread_because,
            "listed": {f"{kind} {name}": str(price) for (kind, name), price in book.listed.items()},
        }
        self._table.put_item(Item=to_row(row))
        self._kept = None


def _book_of(row: dict[str, Any]) -> PriceBook:
    listed = {}
    for named, price in row["listed"].items():
        kind, _, instance_type = named.partition(" ")
        listed[kind, instance_type] = amount_of(price)
    read_at = datetime.fromisoformat(row["read_at"]) if "read_at" in row else None
    return PriceBook(row["region"], read_at, listed, row["unread_because"])
