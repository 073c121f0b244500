"""Responsible for the policy by which tiers share the account: one row, or the defaults."""

from typing import Any

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.domain import naming
from backend.domain.scheduling_policy import SchedulingPolicy

_NAME = "scheduling"


class PolicyTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SETTINGS_TABLE)

    def get(self) -> SchedulingPolicy:
        """The policy as it stands; the defaults as long as nobody has set one."""
        row = self._table.get_item(Key={"name": _NAME}, ConsistentRead=True).get("Item")
        return from_row(SchedulingPolicy, row or {})

    def save(self, policy: SchedulingPolicy) -> SchedulingPolicy:
        self._table.put_item(Item=to_row(policy) | {"name": _NAME})
        return policy
