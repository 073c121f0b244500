"""Responsible for how shared cost has been chosen to be split, each choice kept with its date."""

from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.allocation import Sharing
from backend.domain.errors import Conflict

_NAME = "cost-sharing"


class SharingTable:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SETTINGS_TABLE)

    def choices(self) -> tuple[Sharing, ...]:
        """The choices that still decide a month, the first one first."""
        row = self._table.get_item(Key={"name": _NAME}, ConsistentRead=True).get("Item") or {}
        return tuple(from_row(Sharing, choice) for choice in row.get("choices", ()))

    def add(self, known: tuple[Sharing, ...], choice: Sharing) -> None:
        """Adds a choice to those that were known; Conflict when somebody else has chosen since.

        A choice that holds from the same month on, or from a later one, decides nothing any more
        and goes: what it was is in the audit.
        """
        kept = tuple(each for each in known if each.since < choice.since)
        unchanged: ConditionBase = Attr("choices").eq(to_row(known))
        if not known:
            unchanged = Attr("choices").not_exists()
        with translated(
            "Somebody else has chosen meanwhile: look again, then choose.",
            ConditionalCheckFailedException=Conflict,
        ):
            self._table.update_item(
                Key={"name": _NAME},
                UpdateExpression="SET choices = :choices",
                ExpressionAttributeValues={":choices": to_row((*kept, choice))},
                ConditionExpression=unchanged,
            )
