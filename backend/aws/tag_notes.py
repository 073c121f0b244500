"""Responsible for remembering what AWS last said of the cost allocation tags."""

from typing import Any

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.domain import naming
from backend.domain.cost_tag import CostTags

_NAME = "cost-tags"


class TagNotes:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SETTINGS_TABLE)

    def read(self) -> CostTags:
        """What was last noted; nothing known before the first look."""
        row = self._table.get_item(Key={"name": _NAME}).get("Item")
        return CostTags() if row is None else from_row(CostTags, row)

    def write(self, noted: CostTags) -> None:
        self._table.put_item(Item=to_row(noted) | {"name": _NAME})
