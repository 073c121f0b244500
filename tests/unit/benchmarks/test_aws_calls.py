"""AWS calls are counted where they are made, by what they are made for."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from benchmarks.simulated.aws_calls import AwsCalls

WAITING = {"TableName": "mlaas-builds", "IndexName": "waiting", "KeyConditionExpression": "a = b"}
BY_TIME = WAITING | {"IndexName": "by-time"}


@pytest.fixture
def calls() -> AwsCalls:
    return AwsCalls()


@pytest.fixture
def table(calls: AwsCalls) -> Iterator[Any]:
    """The table resource's client of a watched session; it answers as it is told."""
    session = boto3.Session("none", "none", region_name="us-east-1")
    client = calls.watched(session).resource("dynamodb").Table("mlaas-builds").meta.client
    with Stubber(client) as stubber:
        client.answers = stubber.add_response
        yield client


def test_rows_of_the_waiting_index_are_counted_as_read_not_as_returned(calls: AwsCalls, table: Any):
    table.answers("query", {"Items": [], "Count": 2, "ScannedCount": 7})
    table.answers("query", {"Items": [], "Count": 5, "ScannedCount": 5})
    with calls.during("dispatch"):
        table.query(**WAITING)
        table.query(**BY_TIME)
    assert calls.of("dispatch").operations == {"Query": 2}
    assert calls.of("dispatch").rows == 7
    assert calls.of("dispatch").cpu_s > 0


def test_each_call_counts_for_the_innermost_purpose(calls: AwsCalls, table: Any):
    table.answers("get_item", {})
    table.answers("get_item", {})
    with calls.during("schedule"):
        with calls.during("dispatch"):
            table.get_item(TableName="mlaas-builds", Key={"tenant_id": "acme"})
            calls.count("StartPipelineExecution")
        table.get_item(TableName="mlaas-builds", Key={"tenant_id": "acme"})
    assert calls.of("dispatch").operations == {"GetItem": 1, "StartPipelineExecution": 1}
    assert calls.of("schedule").made == 1
