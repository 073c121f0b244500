"""A tenant moves to another tier: its next uploads go there, what waits stays where it is."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from backend import change_tier, tenants
from backend.context import Context
from backend.domain import naming
from backend.domain.build import BuildState
from backend.domain.errors import Conflict, DeploymentFailed, Forbidden, Invalid
from backend.domain.principal import Principal, Role
from backend.domain.spells import TierSpell
from backend.domain.tenant import Tenant
from tests.integration.estate import PAT, without
from tests.integration.lines import paused
from tests.integration.test_offboard import add_build, ended
from tests.integration.test_onboard import appeared, tags_of, wanted

NewTenants = Callable[..., Tenant]
NOW = datetime.now(UTC)


def queue_of(admin: Context, tenant: Tenant) -> str:
    rule = naming.rule_of(tenant.tenant_id)
    [target] = admin.session.client("events").list_targets_by_rule(Rule=rule)["Targets"]
    return str(target["Arn"]).rsplit(":", 1)[-1]


def test_registry_queue_and_tags_follow(admin: Context, portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic", "climbs")
    now = datetime.now(UTC)
    moved = change_tier.change_tier(portal, PAT, "climbs", "premium", now=now)
    assert moved.tier == "premium"
    assert moved.spells == (TierSpell("basic", tenant.created_at), TierSpell("premium", now))
    assert tenants.tenant(portal, PAT, "climbs") == moved
    assert queue_of(admin, tenant) == "mlaas-premium"
    assert all(tags == wanted("climbs", "premium") for tags in tags_of(admin, moved).values())


def test_the_next_upload_is_built_in_the_new_tier_and_a_waiting_one_in_the_old(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic", "mixed")
    with paused(admin, "basic", "premium"):
        waiting = add_build(admin, tenant, BuildState.WAITING)
        moved = change_tier.change_tier(portal, PAT, "mixed", "premium", now=NOW)
        s3 = portal.on_behalf_of(moved).session.client("s3")
        answer = s3.put_object(Bucket=tenant.bucket, Key="uploads/new.csv", Body=b"a,b\n1,2\n")
        new = naming.build_id_of(tenant.bucket, "uploads/new.csv", answer["VersionId"])
        build = appeared(lambda: {b.build_id: b for b in portal.builds.every_of("mixed")}, new)
        assert build.tier == "premium"
        assert portal.builds.get("mixed", waiting.build_id).tier == "basic"
        ended(portal, moved)


def test_a_change_that_failed_half_way_is_made_again(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic", "stumbles")
    with (
        without(admin, naming.PORTAL_ROLE, "onboarding", "KeepRules"),
        pytest.raises(DeploymentFailed, match="not authorized"),
    ):
        change_tier.change_tier(portal, PAT, "stumbles", "standard", now=NOW)
    assert tenants.tenant(portal, PAT, "stumbles").tier == "basic"
    assert queue_of(admin, tenant) == "mlaas-basic"
    moved = change_tier.change_tier(portal, PAT, "stumbles", "standard", now=NOW)
    assert (moved.tier, queue_of(admin, tenant)) == ("standard", "mlaas-standard")


def test_an_unknown_tier_changes_nothing(admin: Context, portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic", "unmoved")
    with pytest.raises(Invalid, match="basic, standard, premium"):
        change_tier.change_tier(portal, PAT, "unmoved", "gold", now=NOW)
    assert tenants.tenant(portal, PAT, "unmoved") == tenant
    assert queue_of(admin, tenant) == "mlaas-basic"


def test_a_tenant_that_has_left_has_no_tier_to_change(portal: Context, new_tenant: NewTenants):
    ended(portal, new_tenant("basic", "has-left"))
    with pytest.raises(Conflict, match="is Offboarded"):
        change_tier.change_tier(portal, PAT, "has-left", "premium", now=NOW)


def test_a_tenants_people_do_not_choose_their_tier(portal: Context, new_tenant: NewTenants):
    new_tenant("basic", "wishes")
    ana = Principal("ana", "Ana", Role.TENANT, "wishes")
    with pytest.raises(Forbidden):
        change_tier.change_tier(portal, ana, "wishes", "premium", now=NOW)
