"""Responsible for Cost Explorer: cost by day and tenant tag, every page of it."""

from datetime import date
from decimal import Decimal
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.cost import CostRecord
from backend.domain.errors import Invalid, Unavailable


class CostExplorer:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _ce(self) -> Any:
        return self._session.client("ce")

    def by_tenant(self, since: date, until: date) -> list[CostRecord]:
        """Unblended cost of each UTC day of [since, until) by tenant tag, untagged cost included.

        Raises Invalid for a period Cost Explorer does not hold and Unavailable while it prepares
        its data or limits requests. Each page costs $0.01.
        """
        records: list[CostRecord] = []
        request: dict[str, Any] = {
            "TimePeriod": {"Start": since.isoformat(), "End": until.isoformat()},
            "Granularity": "DAILY",
            "Metrics": ["UnblendedCost"],
            "GroupBy": [{"Type": "TAG", "Key": naming.TENANT_TAG}],
        }
        kinds = {
            "ValidationException": Invalid,
            "BillExpirationException": Unavailable,
            "DataUnavailableException": Unavailable,
            "RequestChangedException": Unavailable,
            "InvalidNextTokenException": Unavailable,
        }
        while True:
            with translated(**kinds):
                page = self._ce.get_cost_and_usage(**request)
            for day in page["ResultsByTime"]:
                records += [_record(day, group) for group in day["Groups"]]
            if not page.get("NextPageToken"):
                return records
            request["NextPageToken"] = page["NextPageToken"]


def _record(day: dict[str, Any], group: dict[str, Any]) -> CostRecord:
    tenant_id = group["Keys"][0].removeprefix(f"{naming.TENANT_TAG}$")
    return CostRecord(
        day=date.fromisoformat(day["TimePeriod"]["Start"]),
        tenant_id=tenant_id or None,
        amount=Decimal(group["Metrics"]["UnblendedCost"]["Amount"]),
        estimated=day["Estimated"],
    )
