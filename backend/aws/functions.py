"""Responsible for calling our own Lambda functions."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from botocore.exceptions import ReadTimeoutError

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.errors import Unavailable


class Functions:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _lambda(self) -> Any:
        return self._session.client("lambda")

    def invoke_dispatch(self, *, arrived: Collection[str] = (), freed: bool = False) -> None:
        """Asks for a dispatch, of new builds or of a freed slot, and does not wait for it."""
        self._lambda.invoke(
            FunctionName=naming.DISPATCH_FUNCTION,
            InvocationType="Event",
            Payload=json.dumps({"arrived": sorted(arrived), "freed": freed}).encode(),
        )

    def sweep(self) -> dict[str, Any]:
        """Sweeps, waits for it and returns what the function answers; Unavailable if it fails."""
        return self._answer_of(naming.SWEEP_FUNCTION, "The sweep")

    def sync_costs(self) -> dict[str, Any]:
        """Reads Cost Explorer, waits for it and returns what the function answers.

        Unavailable if it fails.
        """
        return self._answer_of(naming.COST_SYNC_FUNCTION, "The sync of costs")

    def ask_usage_types(self, tenant_id: str, month: str) -> dict[str, Any]:
        """Has one tenant's month asked for by usage type, and waits; Unavailable if it fails."""
        asked = {"tenant_id": tenant_id, "month": month}
        return self._answer_of(naming.COST_SYNC_FUNCTION, "The question about usage types", asked)

    def _answer_of(
        self, function: str, called: str, event: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        payload = json.dumps(dict(event or {}))
        waiting = self._session.patient_client("lambda")
        try:
            with translated():
                answer = waiting.invoke(FunctionName=function, Payload=payload)
        except ReadTimeoutError as silence:
            raise Unavailable(
                f"{called} has not answered for five minutes: look again later, and at its log."
            ) from silence
        returned: dict[str, Any] = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise Unavailable(f"{called} failed: {returned.get('errorMessage')}. See its log.")
        return returned
