"""Responsible for remembering how far Cost Explorer has been read, and how often it was asked."""

from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.cost_sync import SyncState
from backend.domain.errors import Conflict

_NAME = "cost-sync"


class SyncNotes:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SETTINGS_TABLE)

    def read(self) -> SyncState:
        """The state as it is; a new one before the first sync."""
        row = self._table.get_item(Key={"name": _NAME}, ConsistentRead=True).get("Item")
        return SyncState() if row is None else from_row(SyncState, row)

    def write(self, before: SyncState, after: SyncState) -> None:
        """Keeps a state made of another; Conflict when somebody else has asked meanwhile."""
        unchanged: ConditionBase = Attr("requests").eq(before.requests)
        if not before.requests:
            unchanged = unchanged | Attr("requests").not_exists()
        with translated(
            "Costs are being read already: look again in a minute.",
            ConditionalCheckFailedException=Conflict,
        ):
            self._table.put_item(
                Item=to_row(after) | {"name": _NAME}, ConditionExpression=unchanged
            )
