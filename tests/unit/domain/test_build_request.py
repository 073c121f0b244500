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
    ("body", "why"),
    [
        ("", "not JSON"),
        ("not json", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (json.dumps(MESSAGE | {"key": "\ud800"}), "not JSON"),
        ("null", "no JSON object"),
        ("[]", "no JSON object"),
        ("{}", "lacks tenant_id, bucket, key, version_id, size, uploaded_at"),
        ('{"size": "many"}', "lacks tenant_id"),
        (json.dumps(MESSAGE | {"size": "many"}), "size is no number"),
        (json.dumps(MESSAGE | {"size": math.inf}), "size is no number"),
        (json.dumps(MESSAGE | {"uploaded_at": 3}), "uploaded_at no time"),
        (json.dumps(MESSAGE | {"size": -1}), "no upload can be"),
        (json.dumps(MESSAGE | {"key": ""}), "no upload can be"),
        (json.dumps(MESSAGE | {"version_id": ""}), "no upload can be"),
        (json.dumps(MESSAGE | {"uploaded_at": "2026-05-04T12:00:00"}), "no time zone"),
    ],
)
def test_rubbish_is_refused_with_what_is_wrong(body: str, why: str):
    with pytest.raises(Invalid, match=f"asks for no build: .*{why}"):
        BuildRequest.from_message(body)


@pytest.mark.parametrize("tenant_id", ["", None, "Acme", "\0", "a" * 99])
def test_what_can_be_nobodys_id_is_refused(tenant_id: str | None):
    with pytest.raises(Invalid, match="cannot be used"):
        BuildRequest.from_message(json.dumps(MESSAGE | {"tenant_id": tenant_id}))
