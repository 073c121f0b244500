"""Which operation and which namespace a request to CloudWatch is about."""

import json

import pytest

from backend.embedded import cbor
from backend.embedded.access.authorization import named_twice
from backend.embedded.access.metric_requests import namespace_of, operation_in

ADDRESS = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
REQUEST = {"Namespace": "MLaaS", "MetricData": []}
CBOR = {"content-type": "application/cbor"}


def test_an_address_names_the_operation_an_sdk_asks_for():
    assert operation_in(ADDRESS) == "PutMetricData"
    assert operation_in("/") is None


@pytest.mark.parametrize(
    ("headers", "body", "query"),
    [
        (CBOR, cbor.dumps(REQUEST), {}),
        ({"smithy-protocol": "rpc-v2-cbor"}, cbor.dumps(REQUEST), {"Namespace": ["Other"]}),
        ({"content-type": "application/x-amz-json-1.0"}, json.dumps(REQUEST).encode(), {}),
        ({"x-amz-target": "Granite.PutMetricData"}, json.dumps(REQUEST).encode(), {}),
        ({}, b"", {"Namespace": ["MLaaS"]}),
    ],
)
def test_each_protocol_names_its_namespace(
    headers: dict[str, str], body: bytes, query: dict[str, list[str]]
):
    assert namespace_of(headers, body, query) == "MLaaS"


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", cbor.dumps([]), cbor.dumps({})])
def test_a_request_that_cannot_be_read_names_none(body: bytes):
    assert namespace_of(CBOR, body, {"Namespace": ["MLaaS"]}) is None


@pytest.mark.parametrize(
    ("headers", "query"),
    [({"x-amz-target": "Granite.GetMetricData"}, {}), ({}, {"Action": ["GetMetricData"]})],
)
def test_an_address_and_another_name_are_two(headers: dict[str, str], query: dict[str, list[str]]):
    assert named_twice(headers, b"", query, ADDRESS)
    assert not named_twice({}, b"", {}, ADDRESS)
    assert not named_twice(headers, b"", query, "/")
