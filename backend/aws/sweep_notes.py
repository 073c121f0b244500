"""Responsible for remembering when the last sweep was and what it has found."""

from typing import Any

from backend.aws.rows import from_row, to_row
from backend.aws.session import AwsSession
from backend.domain import naming
from backend.domain.sweep_report import SweepReport

_NAME = "last-sweep"


class SweepNotes:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _table(self) -> Any:
        return self._session.table(naming.SETTINGS_TABLE)

    def note(self, report: SweepReport) -> None:
        self._table.put_item(Item=to_row(report) | {"name": _NAME})

    def last(self) -> SweepReport | None:
        row = self._table.get_item(Key={"name": _NAME}).get("Item")
        return None if row is None else from_row(SweepReport, row)
