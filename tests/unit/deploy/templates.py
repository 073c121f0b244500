"""The templates as CloudFormation would see them, and policies as IAM would judge them."""

import fnmatch
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from backend.deploy import source

ACCOUNT = "123456789012"
REGION = "us-east-1"
TEMPLATES = ("artefacts.yaml", "shared.yaml", "watching.yaml", "costs.yaml")
GIVEN = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
    "ArtefactBucket": f"mlaas-artefacts-{ACCOUNT}",
    "PackageKey": "functions/package.zip",
    "PortalUrl": "http://localhost:8501",
    "DeletionProtection": "true",
    "CostRequestsADay": "6",
    "AlarmTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
}
_EACH_OF, _ANY_OF = "ForAllValues:StringEquals", "ForAnyValue:StringEquals"
# How a resource's ARN is made of its name: the property that names it, and the ARN's form.
ARNS = {
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{n}"),
    "AWS::ECR::Repository": ("RepositoryName", "arn:aws:ecr:{r}:{a}:repository/{n}"),
    "AWS::Events::Rule": ("Name", "arn:aws:events:{r}:{a}:rule/{n}"),
    "AWS::IAM::Role": ("RoleName", "arn:aws:iam::{a}:role/{n}"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{r}:{a}:function:{n}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{r}:{a}:log-group:{n}:*"),
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{n}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{r}:{a}:{n}"),
    "AWS::Cognito::UserPool": ("UserPoolName", "arn:aws:cognito-idp:{r}:{a}:userpool/{n}"),
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, kept as what they abbreviate."""


def _intrinsic(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    else:
        value = loader.construct_sequence(node, deep=True)
    if tag == "GetAtt":
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _intrinsic)


@functools.cache
def template(name: str) -> dict[str, Any]:
    return yaml.load(source.template(name), _Loader)  # noqa: S506


def resources(kind: str, name: str = "shared.yaml") -> dict[str, dict[str, Any]]:
    """Every resource of one type, its properties resolved, by logical id."""
    return {
        logical: resolved(resource["Properties"], name)
        for logical, resource in template(name)["Resources"].items()
        if resource["Type"] == kind
    }


def resolved(value: Any, name: str = "shared.yaml") -> Any:
    """The value with its intrinsic functions computed."""
    match value:
        case {"Ref": target}:
            return GIVEN.get(target) or _name_of(target, name)
        case {"Fn::GetAtt": [target, "Arn"]}:
            return _arn_of(target, name)
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: _variable(found[1], name), text)
        case {"Fn::If": [_, chosen, _]}:
            return resolved(chosen, name)
        case {"Fn::FindInMap": [mapping, first, second]}:
            return template(name)["Mappings"][mapping][first][second]
        case dict():
            return {key: resolved(part, name) for key, part in value.items()}
        case list():
            return [resolved(part, name) for part in value]
    return value


def _variable(text: str, name: str) -> str:
    target, _, attribute = text.partition(".")
    return _arn_of(target, name) if attribute == "Arn" else resolved({"Ref": text}, name)


def _name_of(target: str, name: str) -> str:
    resource = template(name)["Resources"][target]
    named_by = ARNS.get(resource["Type"], ("",))[0]
    return resolved(resource["Properties"].get(named_by, target), name)


def _arn_of(target: str, name: str) -> str:
    kind = template(name)["Resources"][target]["Type"]
    return ARNS[kind][1].format(r=REGION, a=ACCOUNT, n=_name_of(target, name))


@dataclass(frozen=True)
class Statement:
    """An Allow statement of one role."""

    role: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]]

    def allows(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        return (
            action in self.actions
            and any(fnmatch.fnmatchcase(resource, pattern) for pattern in self.resources)
            and all(
                context.get(key) == value
                for key, value in self.conditions.get("StringEquals", {}).items()
            )
            and all(
                context.get(key) in values
                for kind in (_EACH_OF, _ANY_OF)
                for key, values in self.conditions.get(kind, {}).items()
            )
        )


def roles(name: str) -> dict[str, dict[str, Any]]:
    return {role["RoleName"]: role for role in resources("AWS::IAM::Role", name).values()}


def statements(role: str) -> list[Statement]:
    """What the role may do, in every template."""
    return [found for found in all_statements() if found.role == role]


@functools.cache
def all_statements() -> tuple[Statement, ...]:
    return tuple(
        Statement(
            role=role,
            sid=statement["Sid"],
            actions=_listed(statement["Action"]),
            resources=_listed(statement["Resource"]),
            conditions=statement.get("Condition", {}),
        )
        for name in TEMPLATES
        for role, document in _documents(name)
        for statement in _allowing(document)
    )


def _documents(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each role's policies, its own and those that another stack gives it."""
    for role, properties in roles(name).items():
        for policy in properties["Policies"]:
            yield role, policy["PolicyDocument"]
    for policy in resources("AWS::IAM::Policy", name).values():
        for role in policy["Roles"]:
            yield role, policy["PolicyDocument"]


def _allowing(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        assert set(statement.get("Condition", {})) <= {"StringEquals", _EACH_OF, _ANY_OF}
        yield statement


def _listed(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
