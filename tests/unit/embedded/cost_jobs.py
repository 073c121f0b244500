"""Jobs that were billed, and a Cost Explorer that knows them and answers at one moment."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.validate import ParamValidator

from backend.domain import naming
from backend.embedded.costs.activation import TagChange
from backend.embedded.costs.activation_store import ActivationStore
from backend.embedded.costs.bill import Bill, Source
from backend.embedded.costs.cost_explorer import CostExplorer
from backend.embedded.faults import InvalidRequest
from backend.embedded.requests import check_request
from backend.embedded.service_models import model_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
NO_FILE = Path("/nowhere/cost-tags.json")
MARCH = {"Start": "2026-03-01", "End": "2026-03-11"}
BY_TENANT = [{"Type": "TAG", "Key": "tenant-id"}]


@dataclass(frozen=True, slots=True)
class Ran:
    """A job of one hour that cost 0.115 USD, unless said otherwise."""

    tags: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = datetime(2026, 3, 2, 8, tzinfo=UTC)
    billable_seconds: int = 3600
    instance_type: str = "ml.m5.large"
    instance_count: int = 1
    volume_gb: int = 0
    kind: str = "training-job"
    arn: str = "arn:aws:sagemaker:us-east-1:123456789012:training-job/any"


def at(day: int, hour: int = 8, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


ACME = {"tenant-id": "acme", "tier": "basic", "build-id": "b1", "project": "mlaas"}
GLOBEX = {"tenant-id": "globex", "tier": "premium", "build-id": "b2", "project": "mlaas"}
JOBS = (
    Ran(ACME),
    Ran(ACME, at(3), 1800, kind="processing-job"),
    Ran(GLOBEX, instance_count=2),
    Ran(),
)
ACTIVATED = tuple(TagChange(key, active=True, at=LONG_AGO) for key in naming.COST_TAGS)


def explorer(
    jobs: Iterable[Ran] = JOBS,
    *,
    file: Path | None = None,
    delay: timedelta = timedelta(0),
    past: Sequence[TagChange] = ACTIVATED,
    ledger: Bill | None = None,
) -> CostExplorer:
    """All tags of the product activated long ago, unless said otherwise."""
    store = ActivationStore(file or NO_FILE, delay, past)
    return CostExplorer(lambda: jobs, store, ledger or Bill())


def made_up(tags: Mapping[str, str], service: str = "Any", kind: str = "Usage") -> Source:
    dimensions = {"SERVICE": service, "USAGE_TYPE": "Use", "RECORD_TYPE": kind}
    return Source(tags, dimensions | {"REGION": "us-east-1", "LINKED_ACCOUNT": "1"}, "Hrs")


def ask(costs: CostExplorer, operation: str, **request: Any) -> tuple[int, dict[str, Any]]:
    """As the endpoint would answer; a good answer has the shape that AWS's model tells."""
    try:
        check_request(operation, request, "ce")
    except InvalidRequest as fault:
        return 400, {"__type": "ValidationException", "message": str(fault)}
    status, _, body = costs.answer(operation, json.dumps(request).encode(), "us-east-1")
    answer = json.loads(body)
    if status == 200:
        shape = model_of("ce").operation_model(operation).output_shape
        report = ParamValidator().validate(answer, shape)
        assert not report.has_errors(), report.generate_report()
        assert set(answer) <= set(shape.members)
    return status, dict(answer)


def found(costs: CostExplorer, operation: str, **request: Any) -> dict[str, Any]:
    status, answer = ask(costs, operation, **request)
    assert status == 200, answer
    return answer


def groups(answer: dict[str, Any], metric: str = "UnblendedCost") -> dict[tuple[str, ...], str]:
    return {
        tuple(group["Keys"]): group["Metrics"][metric]["Amount"]
        for period in answer["ResultsByTime"]
        for group in period["Groups"]
    }


def tag(key: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"Tags": {"Key": key, "Values": list(values), **more}}
