"""Responsible for build records: one row each, changed only by conditional writes."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.aws.updates import update_of
from backend.domain import naming
from backend.domain.build import Build, BuildState, Result
from backend.domain.errors import Conflict, NotFound
from backend.domain.fair_queue import line_of
from backend.domain.tier import Tier

_LINE = "waiting"
# What else must not have changed under who moves a build of this state.
_DECISIVE = {BuildState.WAITING: "parked", BuildState.STARTING: "stop_requested_at"}
_IN_LINE = Key("line").eq(_LINE)


class BuildTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.BUILDS_TABLE)

    def add(self, build: Build) -> bool:
        """Writes a build that is not there yet; False when it is, however it has fared since."""
        try:
            with translated(ConditionalCheckFailedException=Conflict):
                self._table.put_item(
                    Item=stored(build), ConditionExpression="attribute_not_exists(build_id)"
                )
        except Conflict:
            return False
        return True

    def get(self, tenant_id: str, build_id: str) -> Build:
        key = {"tenant_id": tenant_id, "build_id": build_id}
        row = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        if row is None:
            raise NotFound(f"There is no build {build_id}: it may belong to another tenant.")
        return from_row(Build, row)

    def move(self, before: Build, after: Build) -> Build:
        """Writes what changed, if the build is still in `before`'s state; Conflict otherwise.

        A waiting build must, besides, stand in the line as it did, or aside.
        """
        sentence = f"Build {before.build_id} is no longer {before.state}: look again."
        with translated(sentence, ConditionalCheckFailedException=Conflict):
            self._table.update_item(**moved(before, after))
        return after

    def attach(self, tenant_id: str, build_id: str, result: Result) -> None:
        """Writes what the pipeline found, whatever the build's state; NotFound without a build."""
        sentence = f"There is no build {build_id} of tenant {tenant_id} to record a result for."
        with translated(sentence, ConditionalCheckFailedException=NotFound):
            self._table.update_item(
                Key={"tenant_id": tenant_id, "build_id": build_id},
                UpdateExpression="SET #result = :result",
                ConditionExpression="attribute_exists(build_id)",
                ExpressionAttributeNames={"#result": "result"},
                ExpressionAttributeValues={":result": to_row(result)},
            )

    def waiting(self, *, limit: int) -> list[Build]:
        """Who stands first, the highest tier's line before the next; who stands aside comes last.

        Reads `limit` rows at most.
        """
        return self._query(
            IndexName=naming.WAITING_INDEX, KeyConditionExpression=_IN_LINE, Limit=limit
        )

    def waiting_of(self, tier: Tier, *, limit: int) -> list[Build]:
        """The head of one tier's line; reads `limit` rows at most, whatever the backlog."""
        return self._query(
            IndexName=naming.WAITING_INDEX,
            KeyConditionExpression=_line_of(tier),
            Limit=limit,
        )

    def parked_of(self, tenant_id: str, *, limit: int) -> list[Build]:
        """The tenant's builds that stand aside, in the order of their places."""
        return self._query(
            IndexName=naming.WAITING_INDEX,
            KeyConditionExpression=_IN_LINE & Key("standing").begins_with(_aside(tenant_id)),
            Limit=limit,
        )

    def count_waiting(self, tier: Tier) -> int:
        return self._count(_line_of(tier))

    def parked_by_tier(self) -> Counter[str]:
        """How many builds of each tier stand aside."""
        rows = self._rows(
            IndexName=naming.WAITING_INDEX,
            KeyConditionExpression=_IN_LINE & Key("standing").begins_with(_aside()),
            ProjectionExpression="tier",
        )
        return Counter(row["tier"] for row in rows)

    def oldest_in_line(self, tier: Tier) -> datetime | None:
        """When the build that has waited longest in the tier's line was requested, if one waits.

        It is seldom the first in line. Reads what waits in other lines and aside for longer, too.
        """
        rows = self._rows(
            IndexName=naming.BY_STATE_INDEX,
            KeyConditionExpression=Key("state").eq(BuildState.WAITING.value),
            FilterExpression=Attr("tier").eq(tier.name) & Attr("parked").not_exists(),
            ProjectionExpression="requested_at",
        )
        return next((datetime.fromisoformat(row["requested_at"]) for row in rows), None)

    def parked(self, *, limit: int) -> list[Build]:
        """Builds that stand aside, tenant by tenant."""
        return self._query(
            IndexName=naming.WAITING_INDEX,
            KeyConditionExpression=_IN_LINE & Key("standing").begins_with(_aside()),
            Limit=limit,
        )

    def places_between(self, low: str, high: str) -> Iterator[str]:
        """The places taken from `low` to `high`, both included, in their order; of one tier."""
        rows = self._rows(
            IndexName=naming.WAITING_INDEX,
            KeyConditionExpression=_IN_LINE & Key("standing").between(low, high),
            ProjectionExpression="standing",
        )
        return (row["standing"] for row in rows)

    def of_tenant(self, tenant_id: str, *, limit: int) -> list[Build]:
        """The tenant's builds, the newest first."""
        return self._query(
            IndexName=naming.BY_TIME_INDEX,
            KeyConditionExpression=Key("tenant_id").eq(tenant_id),
            ScanIndexForward=False,
            Limit=limit,
        )

    def ended_of(self, tenant_id: str, since: datetime, until: datetime) -> Iterator[Build]:
        """The tenant's builds that ended in [since, until), the first one first."""
        # Times are written in UTC with six decimals, so that texts stand in the order of times.
        low, high = to_row(since.astimezone(UTC)), to_row(until.astimezone(UTC))
        rows = self._rows(
            IndexName=naming.BY_END_INDEX,
            KeyConditionExpression=Key("tenant_id").eq(tenant_id)
            & Key("ended_at").between(low, high),
        )
        yield from (from_row(Build, row) for row in rows if row["ended_at"] < high)

    def every_of(self, tenant_id: str) -> Iterator[Build]:
        """All of the tenant's builds, as they stand now."""
        rows = self._rows(
            KeyConditionExpression=Key("tenant_id").eq(tenant_id), ConsistentRead=True
        )
        yield from (from_row(Build, row) for row in rows)

    def remove_all_of(self, tenant_id: str) -> int:
        """Deletes every record of the tenant and tells how many there were."""
        removed = 0
        with self._table.batch_writer() as batch:
            for build in self.every_of(tenant_id):
                batch.delete_item(Key={"tenant_id": tenant_id, "build_id": build.build_id})
                removed += 1
        return removed

    def of_state(self, state: BuildState, *, limit: int) -> list[Build]:
        """Every tenant's builds in one state, the newest first."""
        return self._query(
            IndexName=naming.BY_STATE_INDEX,
            KeyConditionExpression=Key("state").eq(state.value),
            ScanIndexForward=False,
            Limit=limit,
        )

    def _count(self, condition: Any) -> int:
        counted = 0
        query: dict[str, Any] = {
            "IndexName": naming.WAITING_INDEX,
            "KeyConditionExpression": condition,
            "Select": "COUNT",
        }
        while True:
            page = self._table.query(**query)
            counted += int(page["Count"])
            if "LastEvaluatedKey" not in page:
                return counted
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _rows(self, **query: Any) -> Iterator[dict[str, Any]]:
        """All that a query finds, page by page as far as it is looked at."""
        while True:
            page = self._table.query(**query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _query(self, **query: Any) -> list[Build]:
        return [from_row(Build, row) for row in self._table.query(**query)["Items"]]


def stored(build: Build) -> dict[str, Any]:
    """The build's row; only a waiting build stands in the waiting index, in line or aside."""
    row: dict[str, Any] = to_row(build)
    if build.state is BuildState.WAITING:
        standing = _aside(build.tenant_id) + build.place if build.parked else build.place
        row |= {"line": _LINE, "standing": standing}
    return row


def moved(before: Build, after: Build) -> dict[str, Any]:
    """The conditional update of one build's row."""
    unless = ("state", _DECISIVE[before.state]) if before.state in _DECISIVE else ("state",)
    return {
        "Key": {"tenant_id": before.tenant_id, "build_id": before.build_id},
        **update_of(stored(before), stored(after), unless_changed=unless),
    }


def _line_of(tier: Tier) -> Any:
    return _IN_LINE & Key("standing").begins_with(line_of(tier.name, tier.rank))


def _aside(tenant_id: str = "") -> str:
    """Places begin with a digit, so who stands aside comes after who stands in line."""
    return f"aside#{tenant_id}#" if tenant_id else "aside#"
