"""Responsible for slots and the scheduler's state: read at once, changed all together or not."""

import enum
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from backend.aws.build_table import moved, stored
from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.transactions import Contested, write_together
from backend.aws.translate import translated
from backend.aws.updates import update_of
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.errors import Conflict
from backend.domain.scheduling import POOL, SchedulerState, Slot

_STATE = -1  # the state's row number: it stands before all slots


class Claim(enum.Enum):
    """What became of a try to change the line or the slots."""

    DONE = enum.auto()
    STATE_MOVED = enum.auto()
    BUILD_MOVED = enum.auto()


class SchedulingTable:
    """A row is a slot somebody holds: to claim is to write it, to release is to delete it."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SLOTS_TABLE)

    def read(self) -> tuple[SchedulerState, tuple[Slot, ...]]:
        """The state and every held slot, by one consistent read."""
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("pool").eq(POOL),
            "ConsistentRead": True,
        }
        page = self._table.query(**query)
        rows = page["Items"]
        while "LastEvaluatedKey" in page:
            page = self._table.query(**query, ExclusiveStartKey=page["LastEvaluatedKey"])
            rows += page["Items"]
        state = next((from_row(SchedulerState, r) for r in rows if r["number"] == _STATE), None)
        slots = tuple(from_row(Slot, row) for row in rows if row["number"] != _STATE)
        return state or SchedulerState(), slots

    def join(self, build: Build, *, finish: int | None) -> Claim:
        """A new build stands in line and its tenant's finish tag is moved on, from `finish`.

        BUILD_MOVED when the build was there already, STATE_MOVED when the finish tag was not so.
        """
        was = {":was": finish} if finish is not None else {}
        write = {
            "Put": {
                "TableName": naming.BUILDS_TABLE,
                "Item": stored(build),
                "ConditionExpression": "attribute_not_exists(build_id)",
            }
        }
        move_on = {
            "Update": {
                "TableName": naming.TENANTS_TABLE,
                "Key": {"tenant_id": build.tenant_id},
                "UpdateExpression": "SET #finish.#tier = :finish",
                "ConditionExpression": "#finish.#tier = :was"
                if was
                else "attribute_exists(tenant_id) AND attribute_not_exists(#finish.#tier)",
                "ExpressionAttributeNames": {"#finish": "finish", "#tier": build.tier},
                "ExpressionAttributeValues": {":finish": build.tag + build.cost, **was},
            }
        }
        try:
            write_together(self._session, [write, move_on])
        except Contested as contested:
            return Claim.BUILD_MOVED if 0 in contested.parts else Claim.STATE_MOVED
        return Claim.DONE

    def leave(self, build: Build, ended: Build, *, finish: int | None) -> Claim:
        """A waiting build leaves the line for good; its cost is taken off its tenant's finish tag.

        BUILD_MOVED when the build waits there no more, STATE_MOVED when the tag was not `finish`.
        """
        writes = [_moved(build, ended)]
        if finish is not None:
            refund = {
                "TableName": naming.TENANTS_TABLE,
                "Key": {"tenant_id": build.tenant_id},
                "UpdateExpression": "SET #finish.#tier = :finish",
                "ConditionExpression": "#finish.#tier = :was",
                "ExpressionAttributeNames": {"#finish": "finish", "#tier": build.tier},
                "ExpressionAttributeValues": {
                    ":finish": max(0, finish - build.cost),
                    ":was": finish,
                },
            }
            writes.append({"Update": refund})
        try:
            write_together(self._session, writes)
        except Contested as contested:
            return Claim.BUILD_MOVED if 0 in contested.parts else Claim.STATE_MOVED
        return Claim.DONE

    def claim(self, state: SchedulerState, slot: Slot, build: Build) -> Claim:
        """The waiting build takes the slot and is Starting, if nobody has decided since `state`."""
        return self._decided(
            build,
            build.starting(slot.number),
            self._advance(state, state.started(build)),
            {
                "Put": {
                    "TableName": naming.SLOTS_TABLE,
                    "Item": to_row(slot),
                    "ConditionExpression": "attribute_not_exists(build_id)",
                }
            },
        )

    def park(self, state: SchedulerState, build: Build, reason: str) -> Claim:
        """The waiting build stands aside."""
        return self._decided(
            build,
            build.aside(reason),
            self._advance(state, state.with_parked(build.tenant_id)),
        )

    def note_parked(self, state: SchedulerState, tenant_id: str) -> Claim:
        """Writes that builds of the tenant stand aside, which somebody has forgotten to."""
        return self._changed(state, state.with_parked(tenant_id))

    def none_parked(self, state: SchedulerState, tenant_id: str) -> Claim:
        """Writes that no builds of the tenant stand aside, if nobody has parked one since."""
        return self._changed(state, state.without_parked(tenant_id))

    def executing(self, slot: Slot, starting: Build, executing: Build) -> None:
        """The build is Executing and its slot knows the execution; Contested if it ended first."""
        write_together(
            self._session,
            [
                _moved(starting, executing),
                {
                    "Update": {
                        "TableName": naming.SLOTS_TABLE,
                        "Key": {"pool": slot.pool, "number": slot.number},
                        "UpdateExpression": "SET execution_arn = :arn",
                        "ConditionExpression": "build_id = :build",
                        "ExpressionAttributeValues": {
                            ":arn": executing.execution_arn,
                            ":build": slot.build_id,
                        },
                    }
                },
            ],
        )

    def release(self, build: Build) -> bool:
        """True when the build held its slot until now."""
        if build.slot is None:
            return False
        return self._release(POOL, build.slot, build.build_id)

    def release_slot(self, slot: Slot) -> bool:
        return self._release(slot.pool, slot.number, slot.build_id)

    def settings_changed(self) -> None:
        """Decisions under way are made anew, and no dispatch works with old settings any more."""
        update = settings_changed()["Update"]
        self._table.update_item(**{k: v for k, v in update.items() if k != "TableName"})

    def _release(self, pool: str, number: int, build_id: str) -> bool:
        try:
            with translated(ConditionalCheckFailedException=Conflict):
                self._table.delete_item(
                    Key={"pool": pool, "number": number},
                    ConditionExpression=Attr("build_id").eq(build_id),
                )
        except Conflict:
            return False
        return True

    def _changed(self, before: SchedulerState, after: SchedulerState) -> Claim:
        update = self._advance(before, after)["Update"]
        try:
            with translated(ConditionalCheckFailedException=Conflict):
                self._table.update_item(**{k: v for k, v in update.items() if k != "TableName"})
        except Conflict:
            return Claim.STATE_MOVED
        return Claim.DONE

    def _decided(self, before: Build, after: Build, *others: dict[str, Any]) -> Claim:
        try:
            write_together(self._session, [_moved(before, after), *others])
        except Contested as contested:
            return Claim.BUILD_MOVED if contested.parts == {0} else Claim.STATE_MOVED
        return Claim.DONE

    def _advance(self, before: SchedulerState, after: SchedulerState) -> dict[str, Any]:
        """Only the first decision finds no row: every other must find the version it read."""
        known = to_row(before) if before.version else {}
        return {
            "Update": {
                "TableName": naming.SLOTS_TABLE,
                "Key": {"pool": POOL, "number": _STATE},
                **update_of(known, to_row(after), unless_changed=("version",)),
            }
        }


def _moved(before: Build, after: Build) -> dict[str, Any]:
    return {"Update": {"TableName": naming.BUILDS_TABLE, **moved(before, after)}}


def settings_changed() -> dict[str, Any]:
    """The part of a transaction that says a setting has changed."""
    return {
        "Update": {
            "TableName": naming.SLOTS_TABLE,
            "Key": {"pool": POOL, "number": _STATE},
            "UpdateExpression": "ADD #version :one, settings_version :one",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":one": 1},
        }
    }


def settings_changed_since(state: SchedulerState) -> dict[str, Any]:
    """The same, on condition that none has been changed since `state`."""
    unchanged = "settings_version = :was"
    if not state.settings_version:
        unchanged += " OR attribute_not_exists(settings_version)"
    change = settings_changed()["Update"]
    values = change["ExpressionAttributeValues"] | {":was": state.settings_version}
    since = {"ConditionExpression": unchanged, "ExpressionAttributeValues": values}
    return {"Update": {**change, **since}}
