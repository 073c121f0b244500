"""Responsible for what ministack answers differently from AWS, one difference a function."""

import json
import logging
from contextvars import ContextVar
from typing import Any

from ministack.services import cognito, eventbridge, lambda_svc, s3, sqs

_LOG = logging.getLogger("embedded.delivery")
_version: ContextVar[str | None] = ContextVar("version", default=None)


def install() -> None:
    _carry_object_version()
    _carry_message_group()
    _retry_functions_called_by_rules()
    _log_out_to_registered_addresses_only()


def _carry_object_version() -> None:
    """S3's "Object Created" names the version; without it a second upload looks like the first."""
    storage: Any = s3
    bus: Any = eventbridge
    fire, deliver = storage._fire_s3_event, bus._dispatch_event

    def fire_with_version(*event: Any, version_id: str | None = None, **more: Any) -> None:
        _version.set(version_id)
        fire(*event, version_id=version_id, **more)

    def deliver_with_version(event: dict[str, Any], view: Any = None) -> None:
        if event.get("Source") == "aws.s3" and _version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = _version.get()
            event = event | {"Detail": json.dumps(detail)}
        deliver(event, view)

    storage._fire_s3_event, bus._dispatch_event = fire_with_version, deliver_with_version


def _carry_message_group() -> None:
    """A rule's MessageGroupId reaches standard queues too: fair queues share by it."""
    bus: Any = eventbridge
    send = bus._dispatch_to_sqs

    def send_in_group(spec: Any, payload: str, parameters: dict[str, str] | None = None) -> None:
        queue = sqs._queue_by_arn(str(spec))
        group = (parameters or {}).get("MessageGroupId")
        if not queue or not group or queue["is_fifo"]:
            send(spec, payload, parameters)
        else:
            address = sqs._queue_url_for_account(spec.account_id, queue["name"])
            message = {"QueueUrl": address, "MessageBody": payload, "MessageGroupId": group}
            sqs._act_send_message(message, address)

    bus._dispatch_to_sqs = send_in_group


def _retry_functions_called_by_rules() -> None:
    """Rules call functions asynchronously, so a throttled or failed call is made again."""
    bus: Any = eventbridge

    def call(arn: str, payload: str) -> None:
        function, config, name = lambda_svc._get_func_record_for_ref(arn)
        if not function or not config:
            _LOG.warning("Function %s is gone, so its event is dropped.", name)
            return
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))

    bus._dispatch_to_lambda = call


def _log_out_to_registered_addresses_only() -> None:
    """A client without LogoutURLs logs out to nowhere, where ministack lets it go anywhere."""
    login: Any = cognito
    leave = login.handle_logout

    def leave_to_known(method: str, path: str, headers: Any, query: dict[str, list[str]]) -> Any:
        wanted = query.get("logout_uri", [""])[0]
        _, _, client = login._find_pool_by_client_id(query.get("client_id", [""])[0])
        if client and wanted and wanted not in (client.get("LogoutURLs") or []):
            return login._oauth2_error("invalid_request", f"logout_uri is not allowed: {wanted}")
        return leave(method, path, headers, query)

    login.handle_logout = leave_to_known
