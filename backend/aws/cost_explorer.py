"""Responsible for Cost Explorer: cost by day, tenant tag and service, every page of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from backend.aws.session import AwsSession
from backend.aws.translate import code_of, message_of, translated
from backend.domain import naming
from backend.domain.cost import CostRecord, UsageTypeCost
from backend.domain.errors import Forbidden, Invalid, Unavailable
from backend.domain.exact import exact_difference, exact_sum

Asking = Callable[[], None]
"""Called before each page, as each costs $0.01; refuses by raising."""

_BY_TENANT = {"Type": "TAG", "Key": naming.TENANT_TAG}
_BY_SERVICE = {"Type": "DIMENSION", "Key": "SERVICE"}
_BY_USAGE_TYPE = {"Type": "DIMENSION", "Key": "USAGE_TYPE"}
# What carries the project's tag and no tenant's is there for all of them.
_SHARED = {
    "And": [
        {"Tags": {"Key": naming.TENANT_TAG, "MatchOptions": ["ABSENT"]}},
        {
            "Tags": {
                "Key": naming.PROJECT_TAG,
                "Values": [naming.PROJECT],
                "MatchOptions": ["EQUALS"],
            }
        },
    ]
}
# Figures that change while they are read page by page are read again from the first page.
_CHANGED = frozenset({"RequestChangedException", "InvalidNextTokenException"})
_LATER = {
    "DataUnavailableException": "Cost Explorer has no data for this period yet: it needs up to "
    "24 hours after it was first enabled; ask again then.",
    "BillExpirationException": "Cost Explorer no longer holds the bill that was asked for: ask "
    "for a later period.",
    "RequestChangedException": "Cost Explorer's figures changed twice while they were read: ask "
    "again in a few minutes.",
    "InvalidNextTokenException": "Cost Explorer's pages expired twice while they were read: ask "
    "again in a few minutes.",
}

_NOT_ALLOWED = (
    "AWS refuses to tell costs ({said}): enable Cost Explorer in the management account, which "
    "takes up to 24 hours, and let the role mlaas-cost-sync ask for ce:GetCostAndUsage."
)
_METRICS = ("UnblendedCost", "AmortizedCost")
_Amounts = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class _Day:
    on: date
    estimated: bool
    total: Decimal
    groups: dict[tuple[str, ...], _Amounts]


class CostExplorer:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _ce(self) -> Any:
        return self._session.client("ce")

    def total(self, since: date, until: date, *, asking: Asking) -> Decimal:
        """Unblended cost of the UTC days of [since, until) as one figure, in USD.

        Raises as `by_tenant_and_service`.
        """
        return exact_sum(day.total for day in self._read(since, until, asking))

    def by_tenant_and_service(
        self, since: date, until: date, *, asking: Asking
    ) -> list[CostRecord]:
        """Unblended and amortized cost of the UTC days of [since, until), in USD.

        Cost without a tenant's tag is of no tenant; what of it carries the project's tag is shared.
        Raises Invalid for a period Cost Explorer does not take, Forbidden where it is not enabled
        or not allowed, Unavailable while it has no figures or is asked too often, and what `asking`
        raises.
        """
        whole = [
            _record(day, _tenant_of(tag), service, amounts)
            for day in self._read(since, until, asking, GroupBy=[_BY_TENANT, _BY_SERVICE])
            for (tag, service), amounts in day.groups.items()
        ]
        shared = [
            _record(day, None, service, amounts)
            for day in self._read(since, until, asking, GroupBy=[_BY_SERVICE], Filter=_SHARED)
            for (service,), amounts in day.groups.items()
        ]
        return list(_told_apart(whole, shared))

    def by_usage_type(
        self, tenant_id: str, since: date, until: date, *, asking: Asking
    ) -> list[UsageTypeCost]:
        """One tenant's unblended cost of the UTC days of [since, until), the dearest type first.

        Raises as `by_tenant_and_service`.
        """
        tag = {"Key": naming.TENANT_TAG, "Values": [tenant_id], "MatchOptions": ["EQUALS"]}
        by = [_BY_SERVICE, _BY_USAGE_TYPE]
        amounts: dict[tuple[str, str], list[Decimal]] = {}
        for day in self._read(since, until, asking, GroupBy=by, Filter={"Tags": tag}):
            for (service, usage_type), (unblended, _) in day.groups.items():
                amounts.setdefault((service, usage_type), []).append(unblended)
        found = [
            UsageTypeCost(service, usage_type, exact_sum(each))
            for (service, usage_type), each in amounts.items()
        ]
        return sorted(found, key=lambda cost: (-cost.amount, cost.service, cost.usage_type))

    def _read(self, since: date, until: date, asking: Asking, **question: Any) -> list[_Day]:
        request = {
            "TimePeriod": {"Start": since.isoformat(), "End": until.isoformat()},
            "Granularity": "DAILY",
            "Metrics": list(_METRICS),
            **question,
        }
        with _told_when_to_ask_again():
            try:
                return self._pages(request, asking)
            except ClientError as refusal:
                if code_of(refusal) not in _CHANGED:
                    raise
            return self._pages(request, asking)

    def _pages(self, request: dict[str, Any], asking: Asking) -> list[_Day]:
        """Every page's days; a day that goes on over a page is there twice, with other groups."""
        days: list[_Day] = []
        token: dict[str, str] = {}
        while True:
            asking()
            page = self._ce.get_cost_and_usage(**request, **token)
            days += [_day(result) for result in page["ResultsByTime"]]
            if not page.get("NextPageToken"):
                return days
            token = {"NextPageToken": page["NextPageToken"]}


@contextmanager
def _told_when_to_ask_again() -> Iterator[None]:
    try:
        with translated(ValidationException=Invalid):
            yield
    except ClientError as refusal:
        if code_of(refusal) in ("AccessDenied", "AccessDeniedException"):
            raise Forbidden(_NOT_ALLOWED.format(said=message_of(refusal))) from refusal
        sentence = _LATER.get(code_of(refusal))
        if sentence is None:
            raise
        raise Unavailable(sentence) from refusal


def _day(result: dict[str, Any]) -> _Day:
    return _Day(
        on=date.fromisoformat(result["TimePeriod"]["Start"]),
        estimated=result["Estimated"],
        total=Decimal(result["Total"].get("UnblendedCost", {}).get("Amount", "0")),
        groups={
            tuple(group["Keys"]): tuple(
                Decimal(group["Metrics"][metric]["Amount"]) for metric in _METRICS
            )
            for group in result["Groups"]
        },
    )


def _record(day: _Day, tenant_id: str | None, service: str, amounts: _Amounts) -> CostRecord:
    unblended, amortized = amounts
    return CostRecord(
        day=day.on,
        tenant_id=tenant_id,
        amount=unblended,
        estimated=day.estimated,
        service=service,
        amortized=amortized,
    )


def _told_apart(whole: Iterable[CostRecord], shared: Iterable[CostRecord]) -> Iterator[CostRecord]:
    """The records, what is shared of untagged cost as records of its own: sums stay as they are."""
    known = {(record.day, record.service): record for record in shared}
    for record in whole:
        part = known.get((record.day, record.service)) if record.tenant_id is None else None
        if part is None:
            yield record
            continue
        yield replace(part, shared=True)
        yield replace(
            record,
            amount=exact_difference(record.amount, part.amount),
            amortized=exact_difference(record.amortized, part.amortized),
        )


def _tenant_of(key: str) -> str | None:
    return key.removeprefix(f"{naming.TENANT_TAG}$") or None
