"""Responsible for the small tables: tenants, slots, tiers and algorithms."""

from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.algorithm import Algorithm
from backend.domain.change import Change
from backend.domain.errors import AlreadyExists, Conflict, NotFound
from backend.domain.scheduling import Slot
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier


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

    def save(self, tenant: Tenant) -> Tenant:
        sentence = f"Tenant {tenant.tenant_id!r} is not in the registry any more."
        with translated(sentence, ConditionalCheckFailedException=NotFound):
            self._table.put_item(
                Item=to_row(tenant), ConditionExpression="attribute_exists(tenant_id)"
            )
        return tenant

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


class SlotTable:
    """A row is a slot somebody holds: to claim is to write it, to release is to delete it."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SLOTS_TABLE)

    def claim(self, slot: Slot) -> bool:
        """True when the slot was free and is now the build's."""
        try:
            with translated(ConditionalCheckFailedException=Conflict):
                self._table.put_item(
                    Item=to_row(slot), ConditionExpression=Attr("pool").not_exists()
                )
        except Conflict:
            return False
        return True

    def release(self, slot: Slot) -> bool:
        """True when the build held the slot until now; somebody else's hold is left alone."""
        try:
            with translated(ConditionalCheckFailedException=Conflict):
                self._table.delete_item(
                    Key={"pool": slot.pool, "number": slot.number},
                    ConditionExpression=Attr("build_id").eq(slot.build_id),
                )
        except Conflict:
            return False
        return True

    def held(self, pool: str) -> list[Slot]:
        rows = self._table.query(KeyConditionExpression=Key("pool").eq(pool), ConsistentRead=True)[
            "Items"
        ]
        return [from_row(Slot, row) for row in rows]


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

    def get(self, name: str) -> Tier:
        row = self._table.get_item(Key={"tier": name}).get("Item")
        if row is None:
            known = ", ".join(tier.name for tier in self.all()) or "none; run the deployment"
            raise NotFound(f"There is no tier {name!r}: choose one of {known}.")
        return from_row(Tier, row)

    def all(self) -> list[Tier]:
        """The tiers in the order of their weight."""
        return sorted(
            (from_row(Tier, row) for row in _scan(self._table)),
            key=lambda tier: (tier.weight, tier.name),
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
    page = table.scan()
    rows: list[dict[str, Any]] = page["Items"]
    while "LastEvaluatedKey" in page:
        page = table.scan(ExclusiveStartKey=page["LastEvaluatedKey"])
        rows += page["Items"]
    return rows
