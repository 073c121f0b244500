"""Responsible for Cost Explorer: what the jobs that really ran cost, and what a ledger tells."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from backend.domain.errors import Invalid
from backend.embedded import clock
from backend.embedded.answers import JSON_TYPE, UNKNOWN_OPERATION, Answer, refused
from backend.embedded.costs.activation_store import ActivationStore
from backend.embedded.costs.bill import Bill
from backend.embedded.costs.cost_and_usage import cost_and_usage
from backend.embedded.costs.cost_lines import BilledJob, bill_of
from backend.embedded.costs.cost_tags import cost_allocation_tags, update_status
from backend.embedded.costs.cost_values import dimension_values, tags
from backend.embedded.costs.forecast import cost_forecast
from backend.embedded.costs.refusals import CostRefusal
from backend.embedded.costs.view import Books

Jobs = Callable[[], Iterable[BilledJob]]

_QUESTIONS = {
    "GetCostAndUsage": cost_and_usage,
    "GetCostForecast": cost_forecast,
    "GetDimensionValues": dimension_values,
    "GetTags": tags,
    "ListCostAllocationTags": cost_allocation_tags,
}
_CHANGE = "UpdateCostAllocationTagsStatus"


class CostExplorer:
    """Answers from the jobs as they are when it is asked, and from what else was billed before."""

    def __init__(self, jobs: Jobs, activations: ActivationStore, ledger: Bill) -> None:
        self._jobs = jobs
        self._activations = activations
        self._ledger = ledger

    def answer(self, operation: str, body: bytes, _: str) -> Answer:
        """An answer in Cost Explorer's words to a request that fits its shape."""
        if operation not in (*_QUESTIONS, _CHANGE):
            return refused(UNKNOWN_OPERATION, f"The embedded cloud does not serve ce:{operation}.")
        try:
            found = self._found(operation, json.loads(body or b"{}"))
        except CostRefusal as refusal:
            return refused(refusal.code, str(refusal))
        except Invalid as unpriced:
            return refused("DataUnavailableException", str(unpriced))
        return 200, {"Content-Type": JSON_TYPE}, json.dumps(found).encode()

    def _found(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        books = Books((self._ledger, bill_of(self._jobs())), self._activations.read(), clock.now())
        if operation == _CHANGE:
            return update_status(request, books, self._activations)
        return _QUESTIONS[operation](request, books)
