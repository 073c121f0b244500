"""Responsible for the book of plans: one row, changed only by who has read it as it stands."""

from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.errors import Conflict
from backend.domain.plan_book import PlanBook

_NAME = "plans"


class PlanTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SETTINGS_TABLE)

    def read(self) -> PlanBook:
        """The book as it stands; an empty one before the deployment has put the default plans."""
        row = self._table.get_item(Key={"name": _NAME}, ConsistentRead=True).get("Item")
        return from_row(PlanBook, row or {})

    def change(self, before: PlanBook, after: PlanBook) -> PlanBook:
        """Writes a book made of another; Conflict when somebody has changed that meanwhile."""
        unchanged: ConditionBase = Attr("revision").eq(before.revision)
        if not before.revision:
            unchanged = unchanged | Attr("revision").not_exists()
        row = to_row(after)
        with translated(
            "Somebody else has changed the plans since you have read them: look again.",
            ConditionalCheckFailedException=Conflict,
        ):
            self._table.update_item(
                Key={"name": _NAME},
                UpdateExpression="SET plans = :plans, revision = :revision",
                ConditionExpression=unchanged,
                ExpressionAttributeValues={":plans": row["plans"], ":revision": row["revision"]},
            )
        return after
