"""Names of things in the cloud."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain import naming
from backend.domain.errors import Invalid

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    "tenant_id",
    [
        "",
        "ab",
        "Acme",
        "1acme",
        "-acme",
        "acme-",
        "a--b",
        "a" * 21,
        "acme_retail",
        "ac me",
        "acmé",
        "acme\n",
    ],
)
def test_an_id_that_cannot_name_a_bucket_is_refused_with_an_example(tenant_id: str):
    with pytest.raises(Invalid, match="acme-retail"):
        naming.checked_tenant_id(tenant_id)


@given(st.from_regex(r"[a-z](-?[a-z0-9]){2,19}", fullmatch=True))
def test_every_accepted_id_names_a_legal_bucket_role_and_rule(tenant_id: str):
    try:
        naming.checked_tenant_id(tenant_id)
    except Invalid:
        assert len(tenant_id) > 20
        return
    bucket = naming.bucket_of(tenant_id, ACCOUNT)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", bucket)
    assert len(naming.execution_role_of(tenant_id)) <= 64
    assert len(naming.rule_of(tenant_id)) <= 64
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", naming.model_group_of(tenant_id))


def test_the_same_version_of_an_object_is_always_the_same_build():
    one = naming.build_id_of("b", "uploads/a.csv", "v1")
    assert one == naming.build_id_of("b", "uploads/a.csv", "v1")
    assert one != naming.build_id_of("b", "uploads/a.csv", "v2")
    assert len(one) == 32


def test_an_execution_is_named_within_sagemakers_limit():
    name = naming.execution_name_of("standard", naming.build_id_of("b", "k", "v"))
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}", name)


@given(st.text(max_size=2000))
def test_no_file_name_leaves_the_uploads_folder(file_name: str):
    try:
        key = naming.upload_key_of(file_name)
    except Invalid:
        return
    assert key.startswith("uploads/")
    rest = key.removeprefix("uploads/")
    assert "/" not in rest
    assert rest not in ("", ".", "..")
    assert len(key.encode()) <= 1024
    assert key.isprintable()


@pytest.mark.parametrize(
    ("file_name", "key"),
    [
        ("churn.csv", "uploads/churn.csv"),
        ("../../etc/passwd", "uploads/passwd"),
        ("C:\\data\\März 2026.csv", "uploads/M_rz_2026.csv"),
        (".hidden.csv", "uploads/hidden.csv"),
    ],
)
def test_a_file_keeps_its_readable_name(file_name: str, key: str):
    assert naming.upload_key_of(file_name) == key
