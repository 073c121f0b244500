"""Responsible for what Cost Explorer has told: one row an owner and month, read by either."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.cost import UsageTypes
from backend.domain.cost_month import CostMonth
from backend.domain.errors import NotFound
from backend.domain.month import Days, months_in
from backend.domain.usage import TierUsage


class CostTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.COSTS_TABLE)

    def replace(self, month: str, owners: Iterable[CostMonth]) -> None:
        """Writes a month anew; owners it names no more are gone from it."""
        known = {row["owner"] for row in self._rows(month, ProjectionExpression="#o")}
        with self._table.batch_writer() as batch:
            for written in owners:
                known.discard(written.owner)
                batch.put_item(Item=_row(written))
            for owner in sorted(known):
                batch.delete_item(Key={"owner": owner, "month": month})

    def of_all(self, since: date, until: date) -> Iterator[CostMonth]:
        """Every owner's months that have a day in [since, until), the earliest month first.

        They are read from an index: what was just written may show a moment later.
        """
        for month in months_in(Days(since, until)):
            for row in self._rows(month):
                yield _unpacked(row)

    def of(self, owner: str, since: date, until: date) -> Iterator[CostMonth]:
        """One owner's months that have a day in [since, until), the earliest first.

        As they are now: what was just written is among them.
        """
        months = months_in(Days(since, until))
        if not months:
            return
        wanted = Key("owner").eq(owner) & Key("month").between(months[0], months[-1])
        for row in self._pages(KeyConditionExpression=wanted, ConsistentRead=True):
            yield _unpacked(row)

    def usage_types(self, owner: str, month: str) -> UsageTypes | None:
        """The owner's month by usage type; None as long as nobody has asked since the last sync."""
        row = self._table.get_item(Key={"owner": owner, "month": month}).get("Item") or {}
        known = row.get("usage_types")
        return None if known is None else from_row(UsageTypes, known)

    def keep_usage_types(self, owner: str, month: str, types: UsageTypes) -> None:
        """Keeps them beside the month's cost; NotFound where there is none."""
        sentence = f"No cost of {owner!r} is known in {month}: read Cost Explorer first."
        with translated(sentence, ConditionalCheckFailedException=NotFound):
            self._table.update_item(
                Key={"owner": owner, "month": month},
                UpdateExpression="SET usage_types = :types",
                ExpressionAttributeValues={":types": to_row(types)},
                ConditionExpression=Attr("figures").exists(),
            )

    def _rows(self, month: str, **more: Any) -> Iterator[dict[str, Any]]:
        names = {"ExpressionAttributeNames": {"#o": "owner"}} if more else {}
        return self._pages(
            IndexName=naming.BY_MONTH_INDEX,
            KeyConditionExpression=Key("month").eq(month),
            **more,
            **names,
        )

    def _pages(self, **question: Any) -> Iterator[dict[str, Any]]:
        page = self._table.query(**question)
        yield from page["Items"]
        while "LastEvaluatedKey" in page:
            page = self._table.query(**question, ExclusiveStartKey=page["LastEvaluatedKey"])
            yield from page["Items"]


def _row(month: CostMonth) -> dict[str, Any]:
    return {
        "owner": month.owner,
        "month": month.month,
        "figures": month.packed(),
        "usage": [to_row(used) for used in month.usage],
    }


def _unpacked(row: dict[str, Any]) -> CostMonth:
    usage = [from_row(TierUsage, used) for used in row["usage"]]
    return CostMonth.unpacked(row["owner"], row["month"], bytes(row["figures"]), usage)
