"""Responsible for the small tables: tenants, tiers and algorithms."""

from collections.abc import Collection
from typing import Any

from boto3.dynamodb.conditions import Attr

from backend.aws.rows import from_row, to_row
from backend.aws.scheduling_table import settings_changed
from backend.aws.session import AwsSession
from backend.aws.transactions import Contested, write_once_undisturbed
from backend.aws.translate import translated
from backend.aws.updates import changes, update_of
from backend.domain import naming
from backend.domain.algorithm import Algorithm
from backend.domain.change import Change
from backend.domain.errors import AlreadyExists, Conflict, NotFound
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier

_BATCH = 100  # BatchGetItem takes no more keys


class TenantTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.TENANTS_TABLE)

    def add(self, tenant: Tenant) -> None:
        """Writes a new tenant; AlreadyExists when the id was ever given."""
        sentence = f"Tenant {tenant.tenant_id!r} exists already: choose another id."
        with translated(sentence, ConditionalCheckFailedException=AlreadyExists):
            self._table.put_item(
                Item=to_row(tenant), ConditionExpression="attribute_not_exists(tenant_id)"
            )

    def save(self, before: Tenant, after: Tenant) -> Tenant:
        """Writes what changed of the tenant, and gives dispatches notice in the same step.

        What others change meanwhile stays.
        """
        old, new = to_row(before), to_row(after)
        if not changes(old, new):
            return after
        row = {
            "TableName": naming.TENANTS_TABLE,
            "Key": {"tenant_id": after.tenant_id},
            **update_of(old, new),
            "ConditionExpression": "attribute_exists(tenant_id)",
        }
        try:
            write_once_undisturbed(self._session, [{"Update": row}, settings_changed()])
        except Contested as contested:
            sentence = f"Tenant {after.tenant_id!r} is not in the registry any more."
            raise NotFound(sentence) from contested
        return after

    def save_spending(self, before: Tenant, after: Tenant, *, notice: bool) -> Tenant:
        """Writes what the tenant has spent; Conflict if that or its budget has changed since.

        Dispatches get `notice` in the same step where it changes what may start, else none: they
        would read all settings again after every build.
        """
        old, new = to_row(before), to_row(after)
        if not changes(old, new):
            return after
        row = {
            "TableName": naming.TENANTS_TABLE,
            "Key": {"tenant_id": after.tenant_id},
            **update_of(old, new, unless_changed=("budget", "spending")),
        }
        told = [settings_changed()] if notice else []
        write_once_undisturbed(self._session, [{"Update": row}, *told])
        return after

    def many(self, tenant_ids: Collection[str]) -> dict[str, Tenant]:
        """Those of the tenants that there are, by id."""
        found: dict[str, Tenant] = {}
        ids = sorted(tenant_ids)
        for first in range(0, len(ids), _BATCH):
            some = ids[first : first + _BATCH]
            keys: Any = [{"tenant_id": tenant_id} for tenant_id in some]
            wanted: Any = {naming.TENANTS_TABLE: {"Keys": keys, "ConsistentRead": True}}
            while wanted:
                answer = self._table.meta.client.batch_get_item(RequestItems=wanted)
                for row in answer["Responses"].get(naming.TENANTS_TABLE, ()):
                    found[row["tenant_id"]] = from_row(Tenant, row)
                wanted = answer.get("UnprocessedKeys")
        return found

    def get(self, tenant_id: str) -> Tenant:
        row = self._table.get_item(Key={"tenant_id": tenant_id}, ConsistentRead=True).get("Item")
        if row is None:
            raise NotFound(f"There is no tenant {tenant_id!r}: onboard it first.")
        return from_row(Tenant, row)

    def all(self) -> list[Tenant]:
        return sorted(
            (from_row(Tenant, row) for row in _scan(self._table)),
            key=lambda tenant: tenant.tenant_id,
        )

    def remove(self, tenant_id: str) -> None:
        self._table.delete_item(Key={"tenant_id": tenant_id})


class TierTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.TIERS_TABLE)

    def add(self, tier: Tier) -> bool:
        """Writes a tier that is not there yet; False when the provider's own version stands."""
        try:
            with translated(ConditionalCheckFailedException=Conflict):
                self._table.put_item(
                    Item=_tier_row(tier), ConditionExpression=Attr("tier").not_exists()
                )
        except Conflict:
            return False
        return True

    def save(self, tier: Tier) -> Tier:
        sentence = f"There is no tier {tier.name!r} any more."
        with translated(sentence, ConditionalCheckFailedException=NotFound):
            self._table.put_item(Item=_tier_row(tier), ConditionExpression=Attr("tier").exists())
        return tier

    def get(self, name: str) -> Tier:
        row = self._table.get_item(Key={"tier": name}).get("Item")
        if row is None:
            known = ", ".join(tier.name for tier in self.all()) or "none; run the deployment"
            raise NotFound(f"There is no tier {name!r}: choose one of {known}.")
        return from_row(Tier, row)

    def all(self) -> list[Tier]:
        """The tiers, the highest last."""
        return sorted(
            (from_row(Tier, row) for row in _scan(self._table)),
            key=lambda tier: (-tier.rank, tier.name),
        )


class AlgorithmTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.ALGORITHMS_TABLE)

    def put(self, algorithm: Algorithm) -> Change:
        """Registers the algorithm as given, and tells what that has changed."""
        row = to_row(algorithm)
        known = self._table.get_item(Key={"algorithm": algorithm.algorithm}).get("Item")
        if known == row:
            return Change.UNCHANGED
        self._table.put_item(Item=row)
        return Change.UPDATED if known else Change.CREATED

    def get(self, name: str) -> Algorithm:
        row = self._table.get_item(Key={"algorithm": name}).get("Item")
        if row is None:
            known = ", ".join(algorithm.algorithm for algorithm in self.all()) or "none"
            raise NotFound(f"There is no algorithm {name!r}: choose one of {known}.")
        return from_row(Algorithm, row)

    def all(self) -> list[Algorithm]:
        return sorted(
            (from_row(Algorithm, row) for row in _scan(self._table)),
            key=lambda algorithm: algorithm.algorithm,
        )


def _tier_row(tier: Tier) -> dict[str, Any]:
    row: dict[str, Any] = to_row(tier)
    return row | {"tier": tier.name}


def _scan(table: Any) -> list[dict[str, Any]]:
    page = table.scan(ConsistentRead=True)
    rows: list[dict[str, Any]] = page["Items"]
    while "LastEvaluatedKey" in page:
        page = table.scan(ConsistentRead=True, ExclusiveStartKey=page["LastEvaluatedKey"])
        rows += page["Items"]
    return rows
