"""Dispatch and sweep at the endpoint: what a crash, a lost event or a throttled start leaves."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from backend.aws.rows import to_row
from backend.aws.scheduling_table import Claim
from backend.aws.session import AwsSession
from backend.context import Context
from backend.dispatch import dispatch
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.scheduling import Situation, Slot, Start, claimed
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant
from backend.ending import end_unrun
from backend.line import join
from backend.situation import situation_of
from backend.starting import start
from backend.sweep import sweep

LINEAR = Choices(algorithm="linear", target="bought")
ROWS = "age,visits,bought\n" + "".join(f"{20 + n % 50},{n % 30},{n % 2}\n" for n in range(200))
SECONDS = 120


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def held_back(admin: Context) -> Iterator[None]:
    """Every tier is paused, so that nothing but the test starts builds."""
    tiers = admin.tiers.all()
    for tier in tiers:
        admin.tiers.save(replace(tier, paused=True))
    admin.scheduling.settings_changed()
    yield
    for tier in tiers:
        admin.tiers.save(tier)
    admin.scheduling.settings_changed()


def waiting(admin: Context, tenant: Tenant, name: str = "visits.csv") -> Build:
    """A build in the line whose input lies where intake would have put it."""
    upload = Upload(tenant.bucket, f"uploads/{name}", name, len(ROWS), now())
    asked = Build.waiting(
        BuildRequest(tenant.tenant_id, upload),
        tier=tenant.tier,
        choices=LINEAR,
        queued_at=now(),
        at=now(),
    )
    s3 = admin.session.client("s3")
    s3.put_object(Bucket=tenant.bucket, Key=asked.input_key, Body=ROWS.encode())
    assert join(admin, asked, admin.tenants.get(tenant.tenant_id), now=now())
    return admin.builds.get(tenant.tenant_id, asked.build_id)


def claim(admin: Context, build: Build, *, at: datetime) -> tuple[Slot, Build]:
    """What a dispatch does before it is killed: slot and Starting are written, nothing else."""
    for _ in range(20):
        situation: Situation = situation_of(admin, now=at)
        slot, _ = claimed(situation, Start(build, situation.next_number()), at=at)
        if admin.scheduling.claim(situation.state, slot, build) is Claim.DONE:
            return slot, admin.builds.get(build.tenant_id, build.build_id)
    pytest.fail("The claim never got through")


def until(admin: Context, build: Build, *states: BuildState) -> Build:
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit:
        current = admin.builds.get(build.tenant_id, build.build_id)
        if current.state in states:
            return current
        time.sleep(0.1)
    pytest.fail(f"After {SECONDS} s the build is {current}")


def slot_of(admin: Context, build: Build) -> Slot | None:
    held = admin.scheduling.read()[1]
    return next((slot for slot in held if slot.build_id == build.build_id), None)


def executions_of(admin: Context, build: Build) -> list[str]:
    pages = admin.session.client("sagemaker").get_paginator("list_pipeline_executions")
    return [
        listed["PipelineExecutionArn"]
        for page in pages.paginate(PipelineName=build.pipeline)
        for listed in page["PipelineExecutionSummaries"]
        if listed.get("PipelineExecutionDisplayName") == build.execution_name
    ]


def put_back(admin: Context, build: Build, slot: Slot) -> None:
    """The rows as they were before an end that nobody heard of."""
    left = replace(build, state=BuildState.EXECUTING, ended_at=None, steps=())
    admin.session.table(naming.SLOTS_TABLE).put_item(Item=to_row(slot))
    admin.session.table(naming.BUILDS_TABLE).put_item(Item=to_row(left))


@pytest.mark.usefixtures("held_back")
def test_of_two_decisions_on_one_reading_only_the_first_counts(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    first, second = (waiting(admin, tenant, f"{n}.csv") for n in range(2))
    read = situation_of(admin, now=now())
    numbers = (901, 902)  # slots that nobody else takes

    def claims(build: Build, number: int) -> Claim:
        slot, _ = claimed(read, Start(build, number), at=now() + timedelta(hours=1))
        return admin.scheduling.claim(read.state, slot, build)

    assert [claims(first, 901), claims(second, 902)] == [Claim.DONE, Claim.STATE_MOVED]
    held = admin.scheduling.read()[1]
    assert [slot.build_id for slot in held if slot.number in numbers] == [first.build_id]
    kept = admin.builds.get(tenant.tenant_id, second.build_id)
    assert (kept.state, kept.slot) == (BuildState.WAITING, None)
    admin.builds.move(kept, kept.ended(BuildState.STOPPED, at=now(), reason="Cancelled."))
    starting = admin.builds.get(tenant.tenant_id, first.build_id)
    end_unrun(admin, starting, BuildState.STOPPED, reason="Cancelled.", now=now())


@pytest.mark.usefixtures("held_back")
def test_a_changed_setting_undoes_a_decision_under_way(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    build = waiting(admin, tenant)
    read = situation_of(admin, now=now())
    admin.tenants.save(tenant, replace(tenant, paused=True))
    slot, _ = claimed(read, Start(build, 903), at=now())
    assert admin.scheduling.claim(read.state, slot, build) is Claim.STATE_MOVED
    assert slot_of(admin, build) is None
    admin.builds.move(build, build.ended(BuildState.STOPPED, at=now(), reason="Cancelled."))


@pytest.mark.usefixtures("held_back")
def test_a_dispatch_killed_before_the_start_is_taken_up_by_a_later_one(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    at = now() - timedelta(seconds=11)
    _, starting = claim(admin, waiting(admin, new_tenant("basic")), at=at)
    assert (starting.state, executions_of(admin, starting)) == (BuildState.STARTING, [])
    dispatch(admin, now=now())
    ended = until(admin, starting, BuildState.SUCCEEDED, BuildState.FAILED)
    assert executions_of(admin, starting) == [ended.execution_arn]


@pytest.mark.usefixtures("held_back")
def test_a_dispatch_leaves_a_start_that_is_still_under_way_alone(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    at = now() + timedelta(hours=1)
    slot, starting = claim(admin, waiting(admin, new_tenant("basic")), at=at)
    dispatch(admin, now=at + timedelta(seconds=9))
    assert executions_of(admin, starting) == []
    start(admin, slot, starting, now=now())
    until(admin, starting, BuildState.SUCCEEDED, BuildState.FAILED)


@pytest.mark.usefixtures("held_back")
def test_a_dispatch_killed_after_the_start_runs_no_second_execution(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    slot, starting = claim(admin, waiting(admin, new_tenant("basic")), at=now())
    started = start(admin, slot, starting, now=now())
    table = admin.session.table(naming.BUILDS_TABLE)
    table.put_item(Item=to_row(starting))
    admin.session.table(naming.SLOTS_TABLE).put_item(Item=to_row(slot))
    assert sweep(admin, now=now()).resumed >= 1
    ended = until(admin, starting, BuildState.SUCCEEDED, BuildState.FAILED)
    assert ended.execution_arn == started.execution_arn
    assert executions_of(admin, starting) == [started.execution_arn]


@pytest.mark.usefixtures("held_back")
def test_an_end_nobody_heard_of_is_found_by_the_sweep(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    slot, starting = claim(admin, waiting(admin, new_tenant("basic")), at=now())
    start(admin, slot, starting, now=now())
    ended = until(admin, starting, BuildState.SUCCEEDED, BuildState.FAILED)
    put_back(admin, ended, replace(slot, execution_arn=ended.execution_arn))
    assert sweep(admin, now=now()).ended >= 1
    swept = admin.builds.get(ended.tenant_id, ended.build_id)
    assert (swept.state, slot_of(admin, ended)) == (ended.state, None)
    assert [step.name for step in swept.steps] == [step.name for step in ended.steps]


@pytest.mark.usefixtures("held_back")
def test_the_build_of_an_execution_that_is_gone_fails_and_frees_its_slot(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    slot, starting = claim(admin, waiting(admin, new_tenant("basic")), at=now())
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:pipeline/{starting.pipeline}/execution/gone01"
    executing = starting.executing(arn, instance_type="ml.m5.large", at=now())
    admin.scheduling.executing(slot, starting, executing)
    sweep(admin, now=now())
    swept = admin.builds.get(starting.tenant_id, starting.build_id)
    assert (swept.state, slot_of(admin, swept)) == (BuildState.FAILED, None)
    assert "try the build again" in (swept.reason or "")


@pytest.mark.usefixtures("held_back")
def test_a_slot_of_a_build_that_has_ended_or_is_gone_is_freed(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    build = waiting(admin, tenant)
    admin.builds.move(build, build.ended(BuildState.STOPPED, at=now(), reason="Cancelled."))
    slots = [
        Slot(901, "basic", tenant.tenant_id, build.build_id, now()),
        Slot(902, "basic", tenant.tenant_id, "of-no-build", now()),
    ]
    for slot in slots:
        admin.session.table(naming.SLOTS_TABLE).put_item(Item=to_row(slot))
    assert sweep(admin, now=now()).released == 2
    assert not {901, 902} & {slot.number for slot in admin.scheduling.read()[1]}


@pytest.mark.usefixtures("held_back")
def test_a_throttled_start_keeps_its_slot_and_is_started_later_with_the_same_token(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    # Claimed an hour ahead, so that no dispatch but the test's takes the start for cut off.
    at = now() + timedelta(hours=1)
    slot, starting = claim(admin, waiting(admin, new_tenant("basic")), at=at)
    asked: list[Any] = []
    throttled = Context(admin.settings, AwsSession())
    refusing(throttled, "ThrottlingException", asked)
    dispatch(throttled, now=at + timedelta(seconds=11))
    assert len(asked) > 1  # botocore has tried again, ever later, before it gave up
    kept = admin.builds.get(starting.tenant_id, starting.build_id)
    assert (kept.state, slot_of(admin, kept)) == (BuildState.STARTING, slot)
    dispatch(admin, now=at + timedelta(seconds=11))
    ended = until(admin, starting, BuildState.SUCCEEDED, BuildState.FAILED)
    assert executions_of(admin, starting) == [ended.execution_arn]


def refusing(context: Context, code: str, asked: list[Any], *, only: str = "") -> None:
    """SageMaker refuses every start this context asks for, or those of one token."""

    class Answer:
        def stream(self) -> Iterator[bytes]:
            yield json.dumps({"__type": code, "message": "Not now"}).encode()

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        if only not in request.body.decode():
            return None
        asked.append(request)
        return AWSResponse(request.url, 400, {}, Answer())

    events = context.session.client("sagemaker").meta.events
    events.register("before-send.sagemaker.StartPipelineExecution", answer)


@pytest.mark.usefixtures("held_back")
def test_a_start_that_crashes_holds_up_no_other_and_is_made_later(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    at = now() + timedelta(hours=1)
    tenant = new_tenant("basic")
    (_, first), (_, second) = (
        claim(admin, waiting(admin, tenant, name), at=at) for name in ("1.csv", "2.csv")
    )
    refused = Context(admin.settings, AwsSession())
    refusing(refused, "AccessDeniedException", [], only=first.build_id)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        dispatch(refused, now=at + timedelta(seconds=11))
    until(admin, second, BuildState.EXECUTING, BuildState.SUCCEEDED, BuildState.FAILED)
    assert admin.builds.get(first.tenant_id, first.build_id).state is BuildState.STARTING
    with pytest.raises(ClientError, match="AccessDeniedException"):
        sweep(refused, now=at + timedelta(seconds=11))
    assert admin.sweeps.last() is not None
    dispatch(admin, now=at + timedelta(seconds=11))
    for build in (first, second):
        until(admin, build, BuildState.SUCCEEDED, BuildState.FAILED)


@pytest.mark.usefixtures("held_back")
def test_a_paused_tenants_builds_stand_aside_and_come_back_in_their_places(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    paused, other = new_tenant("basic"), new_tenant("basic")
    first, second = (waiting(admin, paused, f"{n}.csv") for n in range(2))
    third = waiting(admin, other)
    admin.tenants.save(paused, replace(paused, paused=True))
    resume_tier(admin, "basic")
    until(admin, third, BuildState.EXECUTING, BuildState.SUCCEEDED)
    aside = admin.builds.parked_of(paused.tenant_id, limit=9)
    assert [build.build_id for build in aside] == [first.build_id, second.build_id]
    assert aside[0].parked == "paused by the provider"
    admin.tenants.save(replace(paused, paused=True), paused)
    admin.scheduling.settings_changed()
    admin.functions.invoke_dispatch()
    ended = [
        until(admin, build, BuildState.SUCCEEDED, BuildState.FAILED) for build in (first, second)
    ]
    assert ended[0].started_at is not None
    assert ended[1].started_at is not None
    assert ended[0].started_at <= ended[1].started_at
    assert paused.tenant_id not in admin.scheduling.read()[0].parked


@pytest.mark.usefixtures("held_back")
def test_strict_quotas_start_no_more_than_a_tier_has_slots_of_its_own(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    builds = [waiting(admin, tenant, f"{n}.csv") for n in range(4)]
    policy = admin.policy.get()
    admin.policy.save(SchedulingPolicy(lending=False))
    try:
        resume_tier(admin, "basic")
        dispatch(admin, now=now())
        own = admin.tiers.get("basic").max_concurrent_builds
        assert sum(slot_of(admin, build) is not None for build in builds) == own
        assert slot_of(admin, builds[-1]) is None
    finally:
        admin.policy.save(policy)
        admin.scheduling.settings_changed()
    admin.functions.invoke_dispatch()
    ended = [until(admin, build, BuildState.SUCCEEDED, BuildState.FAILED) for build in builds]
    assert len({build.execution_arn for build in ended}) == 4


def resume_tier(admin: Context, name: str) -> None:
    admin.tiers.save(replace(admin.tiers.get(name), paused=False))
    admin.scheduling.settings_changed()
    admin.functions.invoke_dispatch()


def test_uploads_of_one_tenant_at_once_each_get_a_turn_of_their_own(
    admin: Context, new_tenant: Callable[..., Tenant], held_back: None
):
    tenant = new_tenant("basic")
    builds = [waiting(admin, tenant, f"{n}.csv") for n in range(3)]
    assert builds[1].tag == builds[0].tag + builds[0].cost
    assert builds[2].tag == builds[1].tag + builds[1].cost
    assert admin.tenants.get(tenant.tenant_id).finish["basic"] == builds[2].tag + builds[2].cost
    again = admin.builds.get(tenant.tenant_id, builds[0].build_id)
    assert not join(admin, again, tenant, now=now())
    assert admin.tenants.get(tenant.tenant_id).finish["basic"] == builds[2].tag + builds[2].cost
    for build in builds:
        admin.builds.move(build, build.ended(BuildState.STOPPED, at=now(), reason="Cancelled."))
