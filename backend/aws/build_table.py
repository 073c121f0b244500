"""Responsible for build records: one row each, changed only by conditional writes."""

from collections.abc import Iterator
from typing import Any

from boto3.dynamodb.conditions import Key

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.build import Build, BuildState, Result
from backend.domain.errors import Conflict, NotFound


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
                    Item=_stored(build), ConditionExpression="attribute_not_exists(build_id)"
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
        """Writes what changed, if the build is still in `before`'s state; Conflict otherwise."""
        old, new = _stored(before), _stored(after)
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        names = {name: f"#{index}" for index, name in enumerate(sorted(changed | old | new))}
        gone = sorted(old.keys() - new.keys())
        expression = "SET " + ", ".join(f"{names[n]} = :{names[n][1:]}" for n in changed)
        if gone:
            expression += " REMOVE " + ", ".join(names[name] for name in gone)
        used = {*changed, *gone, "state"}
        sentence = f"Build {before.build_id} is no longer {before.state}: look again."
        with translated(sentence, ConditionalCheckFailedException=Conflict):
            self._table.update_item(
                Key={"tenant_id": before.tenant_id, "build_id": before.build_id},
                UpdateExpression=expression,
                ConditionExpression=f"{names['state']} = :before",
                ExpressionAttributeNames={names[name]: name for name in used},
                ExpressionAttributeValues={
                    **{f":{names[name][1:]}": value for name, value in changed.items()},
                    ":before": before.state.value,
                },
            )
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

    def waiting(self, tier: str, *, limit: int) -> list[Build]:
        """The head of a tier's line; reads `limit` rows whatever the backlog."""
        if limit == 0:
            return []
        return self._query(
            IndexName=naming.WAITING_INDEX,
            KeyConditionExpression=Key("waiting_tier").eq(tier),
            Limit=limit,
        )

    def count_waiting(self, tier: str) -> int:
        counted = 0
        start: dict[str, Any] = {}
        while True:
            page = self._table.query(
                IndexName=naming.WAITING_INDEX,
                KeyConditionExpression=Key("waiting_tier").eq(tier),
                Select="COUNT",
                **start,
            )
            counted += int(page["Count"])
            if "LastEvaluatedKey" not in page:
                return counted
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def of_tenant(self, tenant_id: str, *, limit: int) -> list[Build]:
        """The tenant's builds, the newest first."""
        return self._query(
            IndexName=naming.BY_TIME_INDEX,
            KeyConditionExpression=Key("tenant_id").eq(tenant_id),
            ScanIndexForward=False,
            Limit=limit,
        )

    def every_of(self, tenant_id: str) -> Iterator[Build]:
        """All of the tenant's builds, as they stand now."""
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("tenant_id").eq(tenant_id),
            "ConsistentRead": True,
        }
        while True:
            page = self._table.query(**query)
            yield from (from_row(Build, row) for row in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

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

    def _query(self, **query: Any) -> list[Build]:
        return [from_row(Build, row) for row in self._table.query(**query)["Items"]]


def _stored(build: Build) -> dict[str, Any]:
    """The build's row; only a waiting build stands in the waiting index."""
    row: dict[str, Any] = to_row(build)
    if build.state is BuildState.WAITING:
        row |= {"waiting_tier": build.tier, "waiting_tag": build.tag}
    return row
