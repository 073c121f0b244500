"""A provider sets one tenant's share of its tier, and pauses it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend import tenant_share
from backend.context import Context
from backend.domain.audit import Action
from backend.domain.build import Build, BuildState
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.tenant import Tenant, TenantStatus
from tests.integration.estate import PAT
from tests.integration.lines import clocks_stopped, joined, paused, person_of, remembered_of
from tests.integration.test_walk import LINEAR, put, table, until

NewTenants = Callable[..., Tenant]
NOW = datetime.now(UTC)


def shared(context: Context, tenant: Tenant, **changes: Any) -> Tenant:
    wanted = {"weight": 1.0, "max_concurrent_builds": None, **changes}
    return tenant_share.set_share(context, PAT, tenant.tenant_id, now=datetime.now(UTC), **wanted)


def test_a_share_is_kept_remembered_and_told_to_dispatches(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    before = admin.scheduling.read()[0].settings_version
    after = shared(portal, tenant, weight=2.0, max_concurrent_builds=3)
    assert after == replace(tenant, weight=2.0, max_concurrent_builds=3)
    assert admin.tenants.get(tenant.tenant_id) == after
    assert admin.scheduling.read()[0].settings_version == before + 1
    [entry] = remembered_of(admin, tenant.tenant_id)
    assert (entry.actor, entry.action, entry.subject, entry.before, entry.after) == (
        "Pat",
        Action.SET_SHARE,
        f"tenant {tenant.tenant_id}",
        "weight: 1, builds at once: no limit",
        "weight: 2, builds at once: 3",
    )
    assert shared(portal, after, weight=2.0, max_concurrent_builds=3) == after
    assert admin.scheduling.read()[0].settings_version == before + 1
    assert remembered_of(admin, tenant.tenant_id) == [entry]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weight": -2.0}, "has weight -2"),
        ({"weight": float("nan")}, "has weight nan"),
        ({"weight": float("inf")}, "has weight inf"),
        ({"max_concurrent_builds": 0}, "or pause the tenant"),
    ],
)
def test_a_share_that_makes_no_sense_is_refused(
    admin: Context,
    portal: Context,
    new_tenant: NewTenants,
    changes: dict[str, Any],
    sentence: str,
):
    tenant = new_tenant("basic")
    with pytest.raises(Invalid, match=sentence):
        shared(portal, tenant, **changes)
    assert admin.tenants.get(tenant.tenant_id) == tenant
    assert remembered_of(admin, tenant.tenant_id) == []


def test_an_edit_keeps_what_others_have_written_since(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    seen = new_tenant("basic")
    shared(portal, seen, max_concurrent_builds=5)
    with paused(admin, "basic"):
        joined(admin, seen)
        finish = admin.tenants.get(seen.tenant_id).finish
        assert finish["basic"] > 0
        shared(portal, seen, weight=4.0, seen=seen)
        assert admin.tenants.get(seen.tenant_id) == replace(
            seen, weight=4.0, max_concurrent_builds=5, finish=finish
        )
        admin.builds.remove_all_of(seen.tenant_id)


def test_a_paused_tenants_build_stands_aside_and_starts_when_it_is_resumed(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("premium")
    assert tenant_share.pause_tenant(portal, PAT, tenant.tenant_id, now=NOW).paused
    build_id = put(portal, tenant, table(), LINEAR)

    def stands_aside(build: Build) -> bool:
        return build.parked == "paused by the provider"

    until(admin, tenant, build_id, stands_aside)
    with clocks_stopped(admin):
        assert not tenant_share.resume_tenant(portal, PAT, tenant.tenant_id, now=NOW).paused
        until(admin, tenant, build_id, lambda build: build.state is not BuildState.WAITING)
    actions = {entry.action for entry in remembered_of(admin, tenant.tenant_id)}
    assert actions == {Action.PAUSE_TENANT, Action.RESUME_TENANT}
    assert until(admin, tenant, build_id).state is BuildState.SUCCEEDED


@pytest.mark.parametrize("status", [TenantStatus.OFFBOARDING, TenantStatus.OFFBOARDED])
def test_who_leaves_has_no_share(
    admin: Context, portal: Context, new_tenant: NewTenants, status: TenantStatus
):
    tenant = new_tenant("basic")
    leaving = admin.tenants.save(tenant, tenant.with_status(status))
    with pytest.raises(Conflict, match=f"is {status}"):
        shared(portal, tenant, weight=2.0)
    assert admin.tenants.get(tenant.tenant_id) == leaving


def test_an_unknown_tenant_is_told_so(portal: Context):
    with pytest.raises(NotFound, match="no tenant 'nobody'"):
        tenant_share.pause_tenant(portal, PAT, "nobody", now=NOW)


def test_a_tenants_people_do_not_set_their_own_share(portal: Context, new_tenant: NewTenants):
    tenant = new_tenant("basic")
    ana = person_of(tenant)
    tries: list[Callable[[], Tenant]] = [
        lambda: tenant_share.set_share(
            portal, ana, tenant.tenant_id, weight=9.0, max_concurrent_builds=None, now=NOW
        ),
        lambda: tenant_share.pause_tenant(portal, ana, tenant.tenant_id, now=NOW),
        lambda: tenant_share.resume_tenant(portal, ana, tenant.tenant_id, now=NOW),
    ]
    for one in tries:
        with pytest.raises(Forbidden):
            one()
    assert portal.tenants.get(tenant.tenant_id) == tenant
