"""Responsible for calls between services: each needs the policy it would need on AWS."""

import logging
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import eventbridge, iam, lambda_svc, sqs

_LOG = logging.getLogger("embedded.delivery")
_EVENTS = "events.amazonaws.com"
_SCHEDULER = "scheduler.amazonaws.com"
_LAMBDA = "lambda.amazonaws.com"
_CALL = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage"}
_TAKE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_told: set[str] = set()


def install() -> None:
    """ministack delivers whatever policies say; here a missing statement stops the delivery."""
    _check_rules_and_schedules()
    _check_queue_mappings()


def role_allows(
    role_arn: str, service: str, source_arn: str, actions: tuple[str, ...], resource: str
) -> bool:
    """Whether the role trusts the service and holds every one of the rights."""
    account, name = get_account_id(), role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name)
    if role is None:
        return False
    trust = _service_request("sts:AssumeRole", role_arn, source_arn)
    if not _allowed(role["AssumeRolePolicyDocument"], trust, service):
        return False
    policies = iam_evaluator._gather_role_policies(name, account)
    return all(
        iam_evaluator.evaluate(_role_request(role_arn, action, resource), policies).decision
        == "Allow"
        for action in actions
    )


def _check_rules_and_schedules() -> None:
    """A rule needs its target's resource policy, a schedule the rights of its role."""
    bus: Any = eventbridge
    invoke = bus._invoke_target

    def invoke_allowed(
        target: dict[str, Any], event: Any, source: dict[str, Any], view: Any = None
    ) -> None:
        arn, source_arn = target.get("Arn", ""), source.get("Arn", "")
        by_role = ":scheduler:" in source_arn
        if (_role_may_call if by_role else _rule_may_call)(target, arn, source_arn):
            invoke(target, event, source, view)
        else:
            _tell(f"{source_arn} may not call {arn}: no policy allows it, so nothing was called.")

    bus._invoke_target = invoke_allowed


def _rule_may_call(_: dict[str, Any], arn: str, rule_arn: str) -> bool:
    if ":sqs:" in arn:
        return bool(sqs.queue_policy_allows(arn, _EVENTS, rule_arn, get_account_id()))
    if ":lambda:" in arn:
        function, _config, _name = lambda_svc._get_func_record_for_ref(arn)
        request = _service_request("lambda:InvokeFunction", arn, rule_arn)
        return _allowed((function or {}).get("policy"), request, _EVENTS)
    return True


def _role_may_call(target: dict[str, Any], arn: str, schedule_arn: str) -> bool:
    action = _CALL.get(arn.split(":")[2] if arn.startswith("arn:") else "")
    if action is None:
        return True
    return role_allows(target.get("RoleArn", ""), _SCHEDULER, schedule_arn, (action,), arn)


def _check_queue_mappings() -> None:
    """A mapping takes from its queue what the function's role may take."""
    functions: Any = lambda_svc
    limit_of = functions._sqs_esm_concurrency

    def limit(mapping: dict[str, Any], function: Any, config: dict[str, Any], *rest: Any) -> int:
        queue, role = mapping.get("EventSourceArn", ""), config.get("Role", "")
        if role_allows(role, _LAMBDA, config.get("FunctionArn", ""), _TAKE, queue):
            return int(limit_of(mapping, function, config, *rest))
        _tell(f"Nothing is taken from {queue}: {role} lacks one of {', '.join(_TAKE)}.")
        return 0

    functions._sqs_esm_concurrency = limit


def _service_request(action: str, resource: str, source_arn: str) -> Any:
    """A service is no principal of the account: only policies that name it let it in."""
    return iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region="",
        service_context={"aws:sourcearn": source_arn, "aws:sourceaccount": get_account_id()},
    )


def _role_request(role_arn: str, action: str, resource: str) -> Any:
    return iam_evaluator.EvalContext(
        principal_arn=role_arn,
        principal_type="AssumedRole",
        principal_account=get_account_id(),
        action=action,
        resource_arn=resource,
        region="",
    )


def _allowed(policy: Any, request: Any, service: str) -> bool:
    verdict = iam_evaluator.evaluate_resource_policy(policy, request, service=service)
    return bool(verdict.decision == "Allow")


def _tell(sentence: str) -> None:
    """Once: pollers ask several times a second."""
    if sentence not in _told:
        _told.add(sentence)
        _LOG.warning(sentence)
