"""People cancel, stop and retry builds, and a provider moves one to the front."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend import build_actions, dispatch
from backend.aws.scheduling_table import Claim
from backend.context import Context
from backend.domain.audit import Action
from backend.domain.build import Build, BuildState
from backend.domain.choices import Choices
from backend.domain.errors import BackendError, Conflict, Forbidden, Invalid, NotFound
from backend.domain.scheduling import Slot
from backend.domain.tenant import Tenant, TenantStatus
from backend.starting import resume
from tests.integration.estate import PAT
from tests.integration.lines import joined, paused, person_of, remembered_of
from tests.integration.test_walk import LINEAR, held, put, table, until, until_no_slot_is_held

NewTenants = Callable[..., Tenant]
NOW = datetime.now(UTC)


def line_of(admin: Context, tier: str) -> list[str]:
    return [build.build_id for build in admin.builds.waiting_of(admin.tiers.get(tier), limit=100)]


def finish_of(admin: Context, tenant: Tenant) -> int | None:
    return admin.tenants.get(tenant.tenant_id).finish.get(tenant.tier)


def forced(admin: Context, build: Build, **changes: object) -> Build:
    """The build in another state, as if it had gone there."""
    return admin.builds.move(build, replace(build, **changes))  # type: ignore[arg-type]


def claimed(admin: Context, build: Build, number: int = 90) -> Slot:
    slot = Slot(number, build.tier, build.tenant_id, build.build_id, NOW)
    while admin.scheduling.claim(admin.scheduling.read()[0], slot, build) is not Claim.DONE:
        pass
    return slot


def test_a_cancelled_build_leaves_the_line_and_its_tenant_does_not_pay_for_it(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        first = joined(admin, tenant, "first.csv")
        paid = finish_of(admin, tenant)
        second = joined(admin, tenant, "second.csv")
        cancelled = build_actions.cancel(portal, person_of(tenant), second.build_id, now=NOW)
        assert (cancelled.state, cancelled.reason) == (BuildState.STOPPED, "Cancelled by Ana.")
        assert admin.builds.get(tenant.tenant_id, second.build_id) == cancelled
        assert finish_of(admin, tenant) == paid
        line = line_of(admin, "basic")
        assert first.build_id in line
        assert second.build_id not in line
        build_actions.cancel(portal, person_of(tenant), first.build_id, now=NOW)
    assert remembered_of(admin, tenant.tenant_id) == []


def test_builds_of_one_tenant_cancelled_at_once_are_each_paid_back(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        builds = [joined(admin, tenant, f"{n}.csv") for n in range(4)]
        with ThreadPoolExecutor(4) as people:
            ended = people.map(
                lambda build: build_actions.cancel(
                    portal, person_of(tenant), build.build_id, now=NOW
                ),
                builds,
            )
            assert {build.state for build in ended} == {BuildState.STOPPED}
    # The first one's tag may lie above zero: that of the tier's virtual time then.
    assert finish_of(admin, tenant) == builds[0].tag


def test_a_build_that_stands_aside_is_cancelled_too(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        aside = admin.builds.move(build, build.aside("paused by the provider"))
        assert admin.builds.parked_of(tenant.tenant_id, limit=9) == [aside]
        cancelled = build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
    assert cancelled.state is BuildState.STOPPED
    assert admin.builds.parked_of(tenant.tenant_id, limit=9) == []


def test_what_waits_no_more_is_not_cancelled_and_the_remedy_is_named(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        slot = claimed(admin, build)
        finish = finish_of(admin, tenant)
        with pytest.raises(Conflict, match="has started already: stop it instead"):
            build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
        starting = admin.builds.get(tenant.tenant_id, build.build_id)
        forced(admin, starting, state=BuildState.FAILED)
        with pytest.raises(Conflict, match="is Failed: there is nothing to cancel"):
            build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
        assert finish_of(admin, tenant) == finish
        assert admin.scheduling.release_slot(slot)


def test_a_dispatch_that_was_faster_than_a_cancellation_keeps_the_build(
    admin: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        seen = joined(admin, tenant)
        finish = finish_of(admin, tenant)
        slot = claimed(admin, seen)
        cancelled = seen.ended(BuildState.STOPPED, at=NOW)
        assert admin.scheduling.leave(seen, cancelled, finish=finish) is Claim.BUILD_MOVED
        starting = admin.builds.get(tenant.tenant_id, seen.build_id)
        assert starting.state is BuildState.STARTING
        assert finish_of(admin, tenant) == finish
        forced(admin, starting, state=BuildState.FAILED)
        assert admin.scheduling.release_slot(slot)


@pytest.mark.parametrize("action", ["cancel", "stop", "retry"])
def test_a_tenants_people_reach_no_build_of_another_whatever_they_name(
    admin: Context, portal: Context, new_tenant: NewTenants, action: str
):
    mine, theirs = new_tenant("basic"), new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, theirs)
        with pytest.raises(NotFound, match="may belong to another tenant"):
            getattr(build_actions, action)(
                portal, person_of(mine), build.build_id, now=NOW, tenant_id=theirs.tenant_id
            )
        assert admin.builds.get(theirs.tenant_id, build.build_id) == build
        build_actions.cancel(portal, person_of(theirs), build.build_id, now=NOW)


def test_a_provider_who_cancels_a_tenants_build_is_remembered(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        with pytest.raises(Invalid, match="name its tenant"):
            build_actions.cancel(portal, PAT, build.build_id, now=NOW)
        build_actions.cancel(portal, PAT, build.build_id, now=NOW, tenant_id=tenant.tenant_id)
    [entry] = remembered_of(admin, tenant.tenant_id)
    assert (entry.actor, entry.action, entry.before) == ("Pat", Action.CANCEL, "Waiting")
    assert entry.subject == f"build {build.build_id[:8]} of visits.csv, tenant {tenant.tenant_id}"


def test_a_stopped_build_frees_its_slot_and_is_built_when_tried_again(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("standard")
    ana = person_of(tenant)
    build_id = put(portal, tenant, table(), LINEAR)
    until(admin, tenant, build_id, lambda build: build.state is BuildState.EXECUTING)
    stopping = build_actions.stop(portal, ana, build_id, now=NOW)
    assert (stopping.state, stopping.stop_requested_at) == (BuildState.EXECUTING, NOW)
    again = build_actions.stop(portal, ana, build_id, now=datetime.now(UTC))
    assert again.stop_requested_at == NOW
    stopped = until(admin, tenant, build_id)
    assert (stopped.state, stopped.reason) == (BuildState.STOPPED, "Stopped by Ana.")
    until_no_slot_is_held(admin, "standard")
    ended = build_actions.stop(portal, ana, build_id, now=NOW)
    assert ended == admin.builds.get(tenant.tenant_id, build_id)

    retries = [build_actions.retry(portal, ana, build_id, now=NOW) for _ in range(2)]
    assert len({build.build_id for build in retries}) == 1
    assert (retries[0].retry_of, retries[0].input_key) == (build_id, ended.input_key)
    built = until(admin, tenant, retries[0].build_id)
    assert (built.state, built.reason) == (BuildState.SUCCEEDED, None)
    assert built.result is not None
    assert built.result.rows_read == 300
    assert remembered_of(admin, tenant.tenant_id) == []


def test_a_build_asked_to_stop_before_it_has_an_execution_never_gets_one(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        slot = claimed(admin, build)
        stopping = build_actions.stop(
            portal, PAT, build.build_id, now=NOW, tenant_id=tenant.tenant_id
        )
        assert (stopping.state, stopping.stop_requested_at) == (BuildState.STARTING, NOW)
        assert slot in held(admin, "basic")
        ended = resume(admin, slot, now=NOW)
        assert ended is not None
        assert (ended.state, ended.execution_arn) == (BuildState.STOPPED, "")
        assert ended.reason == "Stopped by Pat."
        assert slot not in held(admin, "basic")
    [entry] = remembered_of(admin, tenant.tenant_id)
    assert (entry.action, entry.before) == (Action.STOP, "Starting")


def test_what_waits_is_cancelled_not_stopped(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        with pytest.raises(Conflict, match="cancel it instead"):
            build_actions.stop(portal, person_of(tenant), build.build_id, now=NOW)
        build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)


def test_a_retry_waits_in_the_tier_its_tenant_is_in_now(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic", "premium"):
        build = joined(admin, tenant)
        build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
        current = admin.tenants.get(tenant.tenant_id)
        admin.tenants.save(current, replace(current, tier="premium"))
        again = build_actions.retry(
            portal, PAT, build.build_id, now=NOW, tenant_id=tenant.tenant_id
        )
        assert (again.tier, again.state) == ("premium", BuildState.WAITING)
        assert again.build_id in line_of(admin, "premium")
        entries = remembered_of(admin, tenant.tenant_id)
        assert [(entry.action, entry.before) for entry in entries] == [(Action.RETRY, "Stopped")]
        build_actions.cancel(portal, person_of(tenant), again.build_id, now=NOW)


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"state": BuildState.REJECTED}, Conflict, "was rejected: correct the file and upload"),
        ({"state": BuildState.SUCCEEDED}, Conflict, "only a failed or stopped build"),
        ({"choices": Choices(tuned=True)}, Invalid, "Tier 'basic' has no tuning"),
        ({"choices": Choices(algorithm="oracle")}, NotFound, "There is no algorithm 'oracle'"),
        ({"input_of": "0" * 32}, NotFound, "The input of build [0-9a-f]{32} is gone: upload"),
    ],
)
def test_what_could_not_be_built_is_not_tried_again(
    admin: Context,
    portal: Context,
    new_tenant: NewTenants,
    changes: dict[str, object],
    error: type[BackendError],
    sentence: str,
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        forced(admin, build, **{"state": BuildState.FAILED, **changes})
        with pytest.raises(error, match=sentence):
            build_actions.retry(portal, person_of(tenant), build.build_id, now=NOW)
        assert [b.build_id for b in admin.builds.every_of(tenant.tenant_id)] == [build.build_id]


def test_a_file_the_tier_takes_no_more_is_not_tried_again(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant, size=1 << 40)
        build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
        with pytest.raises(Invalid, match="tier 'basic' takes up to 100 MiB"):
            build_actions.retry(portal, person_of(tenant), build.build_id, now=NOW)


def test_a_suspended_tenants_build_is_not_tried_again(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
        current = admin.tenants.get(tenant.tenant_id)
        admin.tenants.save(current, current.with_status(TenantStatus.SUSPENDED))
        with pytest.raises(Conflict, match=f"{tenant.tenant_id!r} is Suspended"):
            build_actions.retry(portal, person_of(tenant), build.build_id, now=NOW)


def test_the_build_moved_last_stands_first_and_that_is_remembered(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        builds = [joined(admin, tenant, f"{n}.csv") for n in range(3)]
        for number in (1, 2):
            moved = build_actions.move_to_front(
                portal,
                PAT,
                builds[number].build_id,
                now=NOW + timedelta(minutes=number),
                tenant_id=tenant.tenant_id,
            )
            assert moved.moved_to_front_at is not None
        order = [n for n in line_of(admin, "basic") if n in {b.build_id for b in builds}]
        assert order == [builds[n].build_id for n in (2, 1, 0)]
        entries = remembered_of(admin, tenant.tenant_id)
        assert [entry.action for entry in entries] == [Action.MOVE_TO_FRONT] * 2
        for build in builds:
            build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)


def test_only_a_provider_moves_builds_and_only_in_line(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    with paused(admin, "basic"):
        build = joined(admin, tenant)
        with pytest.raises(Forbidden):
            build_actions.move_to_front(portal, person_of(tenant), build.build_id, now=NOW)
        aside = admin.builds.move(build, build.aside("cap of 1 reached"))
        with pytest.raises(Conflict, match=r"stands aside \(cap of 1 reached\)"):
            build_actions.move_to_front(
                portal, PAT, build.build_id, now=NOW, tenant_id=tenant.tenant_id
            )
        assert admin.builds.get(tenant.tenant_id, build.build_id) == aside
        build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
        with pytest.raises(Conflict, match="is Stopped and cannot be moved"):
            build_actions.move_to_front(
                portal, PAT, build.build_id, now=NOW, tenant_id=tenant.tenant_id
            )
    assert remembered_of(admin, tenant.tenant_id) == []


def test_a_cancelled_build_is_never_started(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    tenant = new_tenant("premium")
    with paused(admin, "premium"):
        build = joined(admin, tenant)
        build_actions.cancel(portal, person_of(tenant), build.build_id, now=NOW)
    assert build.build_id not in [b.build_id for b in dispatch.dispatch(admin, now=NOW)]
    assert admin.builds.get(tenant.tenant_id, build.build_id).state is BuildState.STOPPED
