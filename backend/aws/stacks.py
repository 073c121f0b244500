"""Responsible for CloudFormation stacks: bringing one to what its template says; its outputs."""

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from backend.aws.session import AwsSession
from backend.aws.translate import message_of
from backend.domain import naming
from backend.domain.change import Change
from backend.domain.errors import DeploymentFailed, NotFound

_POLL_SECONDS = 1
_GIVE_UP_AFTER_SECONDS = 30 * 60
_STANDING = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
# What a failed first creation leaves: it cannot be updated, only deleted.
_NEVER_STOOD = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})
_UNDONE_WITH_OTHERS = "cancelled"


class Stacks:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _cloudformation(self) -> Any:
        return self._session.client("cloudformation")

    def outputs(self, name: str) -> dict[str, str]:
        stack = self._found(name)
        if stack is None:
            raise NotFound(f"There is no stack {name!r}: run `python -m backend.deploy` first.")
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def bring(self, name: str, template: str, parameters: Mapping[str, str | None]) -> Change:
        """Creates or updates the stack and waits for it; a parameter of None stays as it is.

        Raises DeploymentFailed with CloudFormation's own reasons when it was rolled back.
        """
        stack = self._settled(name)
        if stack is not None and stack["StackStatus"] in _NEVER_STOOD:
            self._delete(name)
            stack = None
        request = {
            "StackName": name,
            "TemplateBody": template,
            "Parameters": _parameters(stack, parameters),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": [{"Key": naming.PROJECT_TAG, "Value": naming.PROJECT}],
        }
        if stack is None:
            self._cloudformation.create_stack(**request)
        elif not self._update(request):
            return Change.UNCHANGED
        self._expect_standing(name)
        return Change.CREATED if stack is None else Change.UPDATED

    def _update(self, request: dict[str, Any]) -> bool:
        try:
            self._cloudformation.update_stack(**request)
        except ClientError as refusal:
            # CloudFormation has no error code for this, only a sentence.
            if "No updates are to be performed" in message_of(refusal):
                return False
            raise
        return True

    def _expect_standing(self, name: str) -> None:
        stack = self._settled(name)
        if stack is None or stack["StackStatus"] not in _STANDING:
            status = "gone" if stack is None else stack["StackStatus"]
            reasons = "; ".join(self._reasons(name)) or "CloudFormation gives no reason"
            raise DeploymentFailed(
                f"Stack {name!r} is {status}: {reasons}. Mend that and deploy again."
            )

    def _reasons(self, name: str) -> list[str]:
        """Why the latest operation failed, resource by resource, the first failure first."""
        pages = self._cloudformation.get_paginator("describe_events").paginate(
            StackName=name, Filters={"FailedEvents": True}
        )
        events = [event for page in pages for event in page["OperationEvents"]]
        latest = [one for one in events if one["OperationId"] == events[0]["OperationId"]]
        reasons = (_reason(event) for event in reversed(latest) if _of_resource(event))
        return [reason for reason in reasons if _UNDONE_WITH_OTHERS not in reason]

    def _delete(self, name: str) -> None:
        self._cloudformation.delete_stack(StackName=name)
        stack = self._settled(name)
        if stack is not None:
            raise DeploymentFailed(
                f"Stack {name!r} is {stack['StackStatus']} after a failed creation and could not "
                "be deleted: delete it in the CloudFormation console and deploy again."
            )

    def _settled(self, name: str) -> dict[str, Any] | None:
        """The stack once nothing is under way; None when there is none."""
        deadline = time.monotonic() + _GIVE_UP_AFTER_SECONDS
        while True:
            stack = self._found(name)
            if stack is None or not stack["StackStatus"].endswith("IN_PROGRESS"):
                return stack
            if time.monotonic() > deadline:
                raise DeploymentFailed(
                    f"Stack {name!r} is still {stack['StackStatus']} after "
                    f"{_GIVE_UP_AFTER_SECONDS // 60} minutes: look into the CloudFormation console."
                )
            time.sleep(_POLL_SECONDS)

    def _found(self, name: str) -> dict[str, Any] | None:
        try:
            stack: dict[str, Any] = self._cloudformation.describe_stacks(StackName=name)["Stacks"][
                0
            ]
        except ClientError as refusal:
            if "does not exist" in message_of(refusal):
                return None
            raise
        return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def _parameters(
    stack: Mapping[str, Any] | None, wanted: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """The request's parameters: what is not wanted anew is kept, or left to its default."""
    known = {p["ParameterKey"] for p in stack.get("Parameters", [])} if stack else set()
    given: list[dict[str, Any]] = [
        {"ParameterKey": name, "ParameterValue": value}
        for name, value in wanted.items()
        if value is not None
    ]
    return given + [
        {"ParameterKey": name, "UsePreviousValue": True}
        for name, value in wanted.items()
        if value is None and name in known
    ]


def _of_resource(event: Mapping[str, Any]) -> bool:
    if event["EventType"] == "VALIDATION_ERROR":
        return True
    of_stack = event.get("PhysicalResourceId") == event["StackId"]
    return str(event.get("ResourceStatus")).endswith("FAILED") and not of_stack


def _reason(event: Mapping[str, Any]) -> str:
    said = event.get("ValidationStatusReason") or event.get("ResourceStatusReason", "no reason")
    return f"{event['LogicalResourceId']}: {said.rstrip('.')}"
