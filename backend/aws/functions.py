"""Responsible for calling our own Lambda functions."""

from typing import Any

from backend.aws.session import AwsSession
from backend.domain import naming


class Functions:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _lambda(self) -> Any:
        return self._session.client("lambda")

    def invoke_dispatch(self) -> None:
        """Asks for a dispatch and does not wait for it."""
        self._lambda.invoke(
            FunctionName=naming.DISPATCH_FUNCTION, InvocationType="Event", Payload=b"{}"
        )
