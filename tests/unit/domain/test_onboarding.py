"""The plan of a tenant: complete, printable, and the same for the same tenant."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain import naming
from backend.domain.build_request import BuildRequest
from backend.domain.new_tenant import NewTenant
from backend.domain.onboarding import Plan, PlannedStep, StepKind, plan_of
from backend.domain.site import Site

SITE = Site("123456789012", "eu-central-1", "https://portal.example")
ACME = NewTenant("acme", "Acme Retail", "standard", "ana@acme.example")
IDS = st.from_regex(r"[a-z](-?[a-z0-9]){2,9}", fullmatch=True)


def step(kind: StepKind, plan: Plan | None = None) -> PlannedStep:
    return next(one for one in (plan or plan_of(ACME, SITE)).steps if one.kind is kind)


def filled(template: str, values: dict[str, Any]) -> str:
    """What EventBridge makes of an input template: a text comes with its quotes."""
    for name, value in values.items():
        template = template.replace(f"<{name}>", json.dumps(value))
    return template


def test_a_tenant_is_made_of_these_in_this_order():
    assert [(one.kind, one.name) for one in plan_of(ACME, SITE).steps] == [
        ("Registry row", "mlaas-tenants/acme"),
        ("Bucket", "mlaas-tenant-acme-123456789012"),
        ("Role", "mlaas-tenant-acme-access"),
        ("Role", "mlaas-tenant-acme-execution"),
        ("Model group", "mlaas-acme"),
        ("Rule", "mlaas-upload-acme"),
        ("User", "ana@acme.example"),
    ]


def test_the_same_tenant_and_site_give_the_same_plan():
    assert plan_of(ACME, SITE) == plan_of(ACME, SITE)


def test_the_text_shows_every_setting_and_whole_policies():
    text = plan_of(ACME, SITE).as_text()
    for one in plan_of(ACME, SITE).steps:
        assert f"{one.kind}: {one.name}" in text
        for line in json.dumps(one.settings, indent=2).splitlines():
            assert line in text
    assert '"sts:ExternalId": "acme"' in text


def test_everything_in_aws_carries_the_tags():
    tags = {"tenant-id": "acme", "tier": "standard", "project": "mlaas"}
    assert tags.keys() == set(naming.COST_TAGS) - {naming.BUILD_TAG}
    for one in plan_of(ACME, SITE).made_in_aws:
        # Cognito tags no people.
        if one.kind is not StepKind.USER:
            assert one.settings["Tags"] == tags, one.name


def test_an_upload_event_becomes_a_request_of_this_tenant_on_its_tiers_queue():
    [target] = step(StepKind.RULE).settings["Targets"]
    body = filled(
        target["InputTransformer"]["InputTemplate"],
        {
            "bucket": "mlaas-tenant-acme-123456789012",
            "key": 'uploads/"odd" name.csv',
            "version_id": "v1",
            "size": 12,
            "uploaded_at": "2026-05-04T12:00:00Z",
        },
    )
    request = BuildRequest.from_message(body)
    assert request.tenant_id == "acme"
    assert request.upload.file_name == '"odd" name.csv'
    assert target["Arn"] == "arn:aws:sqs:eu-central-1:123456789012:mlaas-standard"
    assert target["SqsParameters"] == {"MessageGroupId": "acme"}


def test_only_uploads_in_the_own_bucket_set_the_rule_off():
    detail = step(StepKind.RULE).settings["EventPattern"]["detail"]
    assert detail == {
        "bucket": {"name": ["mlaas-tenant-acme-123456789012"]},
        "object": {"key": [{"prefix": "uploads/"}]},
    }


def test_the_bucket_is_closed_versioned_encrypted_and_open_to_the_portal_alone():
    settings = step(StepKind.BUCKET).settings
    assert all(settings["PublicAccessBlockConfiguration"].values())
    assert settings["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = settings["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    [cors] = settings["CORSConfiguration"]["CORSRules"]
    assert cors["AllowedOrigins"] == ["https://portal.example"]
    assert cors["ExposeHeaders"] == ["ETag"]
    assert settings["NotificationConfiguration"] == {"EventBridgeConfiguration": {}}


def test_the_first_user_is_bound_to_the_tenant():
    assert step(StepKind.USER).settings["UserAttributes"] == {
        "email": "ana@acme.example",
        "email_verified": "true",
        naming.TENANT_CLAIM: "acme",
    }


@given(IDS, IDS, st.sampled_from(["basic", "standard", "premium"]))
def test_two_tenants_share_no_resource_name(one: str, other: str, tier: str):
    plans = [
        plan_of(NewTenant(tenant_id, "N", tier, f"first@{tenant_id}.example"), SITE)
        for tenant_id in (one, other)
    ]
    names = [{step.name for step in plan.steps} for plan in plans]
    assert bool(names[0] & names[1]) == (one == other)


@given(IDS, st.text(max_size=80).map(lambda text: text or "x"))
def test_every_plan_is_json(tenant_id: str, name: str):
    for one in plan_of(NewTenant(tenant_id, name, "basic", "a@b.example"), SITE).steps:
        assert json.loads(json.dumps(one.settings)) == one.settings


@pytest.mark.parametrize("tier", ["basic", "premium"])
def test_another_tier_changes_nothing_but_queue_and_tags(tier: str):
    before, after = (
        plan_of(NewTenant("acme", "Acme", each, "a@b.example"), SITE) for each in ("standard", tier)
    )
    for old, new in zip(before.made_in_aws, after.made_in_aws, strict=True):
        told = json.dumps(old.settings).replace("mlaas-standard", f"mlaas-{tier}")
        assert json.loads(told.replace('"tier": "standard"', f'"tier": "{tier}"')) == new.settings
