"""Responsible for a cloud with nothing in it but the deployment's tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import yaml  # type: ignore[import-untyped]  # its stubs are in no package we lock

from backend.deploy import source
from demo.cloud import own_cloud, speak_to

_TABLE = "AWS::DynamoDB::Table"
_USED = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


@contextmanager
def cloud_with_tables() -> Iterator[None]:
    """Turns this process to an embedded cloud of its own, which ends with the block."""
    with (
        TemporaryDirectory(prefix="dispatch-", ignore_cleanup_errors=True) as folder,
        own_cloud(Path(folder)) as cloud,
    ):
        speak_to(cloud)
        dynamodb: Any = boto3.Session().client("dynamodb")
        for table in tables():
            dynamodb.create_table(**table)
        yield


def tables() -> list[dict[str, Any]]:
    """What CreateTable wants to know of each of the template's tables: keys and indexes."""
    resources = yaml.load(source.template("shared.yaml"), _Loader)["Resources"].values()  # noqa: S506  # _Loader is a SafeLoader
    return [
        {name: resource["Properties"][name] for name in _USED if name in resource["Properties"]}
        for resource in resources
        if resource["Type"] == _TABLE
    ]


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # as it has no stubs
    """YAML with CloudFormation's functions left out: no table's keys depend on them."""


_Loader.add_multi_constructor("!", lambda *_: None)
