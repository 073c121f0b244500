"""Responsible for the policy by which tiers share the account, and for changes under it."""

from typing import Any

from backend.aws.rows import from_row, to_row
from backend.aws.scheduling_table import settings_changed_since
from backend.aws.session import AwsSession
from backend.aws.transactions import write_together
from backend.aws.updates import update_of
from backend.domain import naming
from backend.domain.scheduling import SchedulerState
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tier import Tier

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

    def change(
        self,
        before: SchedulingPolicy | Tier,
        after: SchedulingPolicy | Tier,
        *,
        since: SchedulerState,
    ) -> None:
        """Writes what changed of the policy or of a tier, and dispatches notice.

        A tier fits the policy only together with all others: Contested, hence, when any setting
        has been changed since the state was read.
        """
        row = {**_row_of(after), **update_of(to_row(before), to_row(after))}
        write_together(self._session, [{"Update": row}, settings_changed_since(since)])


def _row_of(setting: SchedulingPolicy | Tier) -> dict[str, Any]:
    if isinstance(setting, Tier):
        return {"TableName": naming.TIERS_TABLE, "Key": {"tier": setting.name}}
    return {"TableName": naming.SETTINGS_TABLE, "Key": {"name": _NAME}}
