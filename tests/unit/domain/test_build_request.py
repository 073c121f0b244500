"""The message that asks for a build."""

import json
import math

import pytest

from backend.domain.build_request import BuildRequest
from backend.domain.errors import Invalid

MESSAGE = {
    "tenant_id": "acme",
    "bucket": "mlaas-tenant-acme-123456789012",
    "key": "uploads/churn.csv",
    "version_id": "v1",
    "size": 954,
    "uploaded_at": "2026-05-04T12:00:00Z",
}


def test_a_rules_message_names_the_upload_and_the_tenant():
    request = BuildRequest.from_message(json.dumps(MESSAGE))
    assert request.tenant_id == "acme"
    assert request.upload.file_name == "churn.csv"
    assert request.upload.uploaded_at.utcoffset() is not None


@pytest.mark.parametrize("missing", sorted(MESSAGE))
def test_a_message_that_lacks_a_field_is_refused_and_the_field_named(missing: str):
    short = {name: value for name, value in MESSAGE.items() if name != missing}
    with pytest.raises(Invalid, match=missing):
        BuildRequest.from_message(json.dumps(short))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "not json",
        '{"size": "many"}',
        "{}",
        "[" * 100_000,
        json.dumps(MESSAGE | {"size": math.inf}),
        json.dumps(MESSAGE | {"size": -1}),
        json.dumps(MESSAGE | {"key": "\ud800"}),
        json.dumps(MESSAGE | {"key": ""}),
        json.dumps(MESSAGE | {"version_id": ""}),
        json.dumps(MESSAGE | {"uploaded_at": "2026-05-04T12:00:00"}),
    ],
)
def test_rubbish_is_refused(body: str):
    with pytest.raises(Invalid, match="asks for no build"):
        BuildRequest.from_message(body)


@pytest.mark.parametrize("tenant_id", ["", None, "Acme", "\0", "a" * 99])
def test_what_can_be_nobodys_id_is_refused(tenant_id: str | None):
    with pytest.raises(Invalid, match="cannot be used"):
        BuildRequest.from_message(json.dumps(MESSAGE | {"tenant_id": tenant_id}))
