"""Responsible for authorization: closes what ministack leaves open, names what it cannot name."""

import dataclasses
import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_actions, iam_evaluator, router
from ministack.services import dynamodb, sts

from backend.embedded.access import metric_requests, rule_resources
from backend.embedded.access.leading_keys import leading_keys
from backend.embedded.access.sagemaker_resources import resource_of
from backend.embedded.service_models import known_members

UNKNOWN = "UnknownOperation"
AMBIGUOUS = "AmbiguousOperation"

Headers = dict[str, str]
Query = dict[str, Any]

_NAMESPACES = {"sagemaker": "sagemaker", "ce": "ce"}
_JSON = frozenset(
    {
        "sagemaker", "ce", "dynamodb", "sqs", "events", "logs", "cognito-idp", "ecr", "codebuild",
        "secretsmanager", "ssm", "tagging",
    }
)  # fmt: skip
_REST = frozenset({"s3", "lambda", "scheduler"})
_FORM = "application/x-www-form-urlencoded"
_VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)')?\}")
_MATCHES_NOTHING = "\0"
# The operation under authorization; ministack hands on bodies without it.
_operation: ContextVar[str] = ContextVar("operation", default="")
_metrics: ContextVar[str | None] = ContextVar("metrics", default=None)


def install() -> None:
    """From here on no root key works, every request needs an Allow, and policies see resources."""
    iam_evaluator.is_root_access_key = sts.is_root_access_key = _is_root
    iam_actions.SERVICE_TO_IAM_NAMESPACE.update(_NAMESPACES)
    _read_metric_requests()
    _refuse_unknown_and_ambiguous_operations()
    _name_resources()
    _expose_leading_keys()
    _read_dynamodb_requests_as_dynamodb_does()
    _expand_policy_variables()


def _is_root(_: str) -> bool:
    """ministack takes any 12 digits for the root key of that account."""
    return False


def _read_metric_requests() -> None:
    """What SDKs ask of CloudWatch in CBOR, and `cloudwatch:namespace`, which narrows who may."""
    name, context_of = iam_actions.extract_iam_action, iam_actions.request_tag_context

    def extract(
        service: str, method: str, path: str, headers: Headers, body: bytes, query: Query
    ) -> str | None:
        operation = None
        if service == "monitoring":
            operation = metric_requests.operation_in(path)
            _metrics.set(metric_requests.namespace_of(headers, body, query))
        named: str | None = name(service, method, path, headers, body, query)
        return f"cloudwatch:{operation}" if operation else named

    def context(service: str, action: str, body: bytes, query: Query) -> dict[str, Any]:
        found: dict[str, Any] = context_of(service, action, body, query)
        named = _metrics.get() if service == "monitoring" else None
        return found | ({"cloudwatch:namespace": named} if named else {})

    iam_actions.extract_iam_action, iam_actions.request_tag_context = extract, context


def _refuse_unknown_and_ambiguous_operations() -> None:
    """ministack lets an operation it cannot name pass, and lets a request name two.

    It authorizes by the one name and performs by the other, so its sender could do what it may
    not. Where the path names the operation, no other name counts; elsewhere there must be one.
    """
    name, routing = iam_actions.extract_iam_action, app._routing_params

    def extract(
        service: str, method: str, path: str, headers: Headers, body: bytes, query: Query
    ) -> str | None:
        if service not in iam_actions.SERVICE_TO_IAM_NAMESPACE:
            return None
        if service in _REST:
            query = {key: value for key, value in query.items() if key != "Action"}
            action = name(service, method, path, {}, b"", query)
        elif named_twice(headers, body, query, path):
            action = f"{service}:{AMBIGUOUS}"
        else:
            action = name(service, method, path, headers, body, query)
        action = action or f"{service}:{UNKNOWN}"
        _operation.set(action.partition(":")[2])
        # SQS allows a batch to whoever may do the same to a single message.
        return action.removesuffix("Batch") if service == "sqs" else action

    def params(method: str, path: str, headers: Headers, body: bytes, query: Query) -> Query:
        if router.detect_service(method, path, headers, query) in _REST:
            return query
        merged: Query = routing(method, path, headers, body, query)
        return merged

    iam_actions.extract_iam_action, app._routing_params = extract, params


def named_twice(headers: Headers, body: bytes, query: Query, path: str = "/") -> bool:
    """Whether header, form and address name more than one operation, or a member twice.

    `query` holds the form's members too, as ministack merges them.
    """
    form: dict[str, list[str]] = {}
    if _FORM in headers.get("content-type", ""):
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    named = (
        "." in headers.get("x-amz-target", ""),
        "Action" in {**form, **query},
        metric_requests.operation_in(path) is not None,
    )
    return sum(named) > 1 or any(query[name] != values for name, values in form.items())


def _name_resources() -> None:
    """SageMaker's resources and rules, and others by the members their operation reads."""
    named = iam_actions.extract_resource_arn

    def resource(
        service: str,
        method: str,
        path: str,
        headers: Headers,
        body: bytes,
        query: Query,
        region: str,
        account: str,
    ) -> str:
        if service in _JSON and "x-amz-target" in headers:
            request = known_members(service, _operation.get(), _parsed(body))
            if service == "sagemaker":
                return resource_of(_operation.get(), request, region, account)
            rule = rule_resources.resource_of(_operation.get(), request, region, account)
            if service == "events" and rule is not None:
                return rule
            body = json.dumps(request).encode()
        return str(named(service, method, path, headers, body, query, region, account))

    iam_actions.extract_resource_arn = resource


def _expose_leading_keys() -> None:
    context_of = iam_actions.dynamodb_service_context

    def context(body: bytes) -> dict[str, Any]:
        keys = leading_keys(_operation.get(), _dynamodb_request(body), _hash_key)
        found: dict[str, Any] = context_of(body)
        return found | ({"dynamodb:LeadingKeys": keys} if keys else {})

    iam_actions.dynamodb_service_context = context


def _read_dynamodb_requests_as_dynamodb_does() -> None:
    """A `TableName` that the operation ignores must not stand in for the tables it touches."""
    arns_of: Callable[..., list[str]] = iam_actions.dynamodb_resource_arns

    def arns(body: bytes, region: str, account: str) -> list[str]:
        return arns_of(json.dumps(_dynamodb_request(body)).encode(), region, account)

    iam_actions.dynamodb_resource_arns = arns


def _dynamodb_request(body: bytes) -> dict[str, Any]:
    return known_members("dynamodb", _operation.get(), _parsed(body))


def _hash_key(table: str, index: str | None) -> str | None:
    """An unknown table has no key, so a request for it names none."""
    known = dynamodb._tables.get(table) or {}
    schemas = (
        [known]
        if index is None
        else [
            each
            for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
            for each in known.get(kind) or []
            if each["IndexName"] == index
        ]
    )
    for part in (part for schema in schemas for part in schema.get("KeySchema", [])):
        if part["KeyType"] == "HASH":
            return str(part["AttributeName"])
    return None


def _parsed(body: bytes) -> dict[str, Any]:
    """What is no JSON object is about nothing, and its service will refuse it."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _expand_policy_variables() -> None:
    """`${aws:PrincipalTag/…}` in resources and conditions; an unknown variable matches nothing."""
    match = iam_evaluator._first_match

    def expanded(context: Any, statements: list[Any], effect: str) -> Any:
        return match(context, [_filled(statement, context) for statement in statements], effect)

    iam_evaluator._first_match = expanded


def _filled(statement: Any, context: Any) -> Any:
    if "${" not in f"{statement.resources}{statement.not_resources}{statement.conditions}":
        return statement

    def fill(pattern: Any) -> Any:
        return _VARIABLE.sub(
            lambda found: str(
                iam_evaluator._resolve_condition_key(found[1].strip(), context)
                or found[2]
                or _MATCHES_NOTHING
            ),
            str(pattern),
        )

    def fill_all(expected: Any) -> Any:
        return [fill(one) for one in expected] if isinstance(expected, list) else fill(expected)

    return dataclasses.replace(
        statement,
        resources=fill_all(statement.resources),
        not_resources=fill_all(statement.not_resources),
        conditions={
            operator: {key: fill_all(expected) for key, expected in keys.items()}
            for operator, keys in statement.conditions.items()
        },
    )
