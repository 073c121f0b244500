"""The walk: a tenant's file becomes a registered model, by nothing but the deployed parts."""

import csv
import io
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend import builds, dispatch, models, queues
from backend.aws.rows import to_row
from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.metering import metered
from backend.domain.model_version import ApprovalStatus
from backend.domain.price_book import PriceBook
from backend.domain.principal import Principal, Role
from backend.domain.scheduling import Slot
from backend.domain.tenant import Tenant
from backend.line import join
from tests.integration.messages import invoke, invoke_intake, message_of

PAT = Principal("pat", "Pat", Role.PROVIDER)
LINEAR = Choices(algorithm="linear", target="bought")
WALK_SECONDS = 120


def table(rows: int = 300, *, classes: int = 2, seed: int = 1) -> bytes:
    """A file whose last column follows from the others, but for some noise."""
    draw = random.Random(seed)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["age", "visits", "town", "bought"])
    for _ in range(rows):
        age, visits = draw.randint(18, 80), draw.randint(0, 30)
        town = draw.choice(["Ulm", "Bonn", "Jena"])
        signal = visits / 10 - age / 50 + (0.8 if town == "Ulm" else 0) + draw.gauss(0, 0.3)
        writer.writerow([age, visits, town, ["no", "yes"][signal > 0] if classes == 2 else "yes"])
    return text.getvalue().encode()


def put(
    portal: Context, tenant: Tenant, body: bytes, choices: Choices, name: str = "visits.csv"
) -> str:
    """PUTs a file as `aws s3 cp` with the tenant's credentials would; returns the build's id."""
    s3 = portal.on_behalf_of(tenant).session.client("s3")
    key = naming.upload_key_of(name)
    answer = s3.put_object(Bucket=tenant.bucket, Key=key, Body=body, Metadata=choices.as_metadata())
    return naming.build_id_of(tenant.bucket, key, answer["VersionId"])


def until(
    admin: Context,
    tenant: Tenant,
    build_id: str,
    settled: Callable[[Build], bool] = lambda build: build.state.is_final,
) -> Build:
    limit = time.monotonic() + WALK_SECONDS
    build = None
    while time.monotonic() < limit:
        rows = admin.builds.of_tenant(tenant.tenant_id, limit=100)
        build = next((row for row in rows if row.build_id == build_id), None)
        if build is not None and settled(build):
            return build
        time.sleep(0.1)
    pytest.fail(f"After {WALK_SECONDS} s the build is {build}")


def until_no_slot_is_held(admin: Context, tier: str) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit and held(admin, tier):
        time.sleep(0.1)
    assert held(admin, tier) == []


def hold(admin: Context, slot: Slot) -> None:
    """Puts a slot's row back, as if its release had been lost."""
    admin.session.table(naming.SLOTS_TABLE).put_item(Item=to_row(slot))


def held(admin: Context, tier: str) -> list[Slot]:
    return [slot for slot in admin.scheduling.read()[1] if slot.tier == tier]


@pytest.fixture
def nothing_lent(admin: Context) -> Iterator[None]:
    """Basic borrows no slots: its limit is what it has of its own."""
    tier = admin.tiers.get("basic")
    admin.tiers.save(replace(tier, most_builds=tier.max_concurrent_builds))
    admin.scheduling.settings_changed()
    yield
    admin.tiers.save(tier)
    admin.scheduling.settings_changed()


def test_a_tenants_file_becomes_a_registered_model(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    ana = Principal("ana", "Ana", Role.TENANT, tenant.tenant_id)
    build = until(admin, tenant, put(portal, tenant, table(), LINEAR))
    assert (build.state, build.reason) == (BuildState.SUCCEEDED, None)
    assert build.result is not None
    assert build.result.outcome == "Registered"
    assert build.result.skill > 0
    assert build.result.metrics["auc"] > 0.7
    assert (build.result.rows_read, build.result.rows_dropped) == (300, 0)
    [version] = models.list_versions(portal, ana)
    assert version.build_id == build.build_id
    assert version.status is ApprovalStatus.PENDING
    assert version.arn == build.result.model_package_arn
    assert [s.name for s in build.steps] == [
        "Preprocess",
        "Train",
        "Evaluate",
        "CheckSkill",
        "Register",
        "RecordBuild",
    ]
    reading = metered(build.steps, PriceBook())
    assert reading.amount > 0
    assert [disks.kind for disks in reading.storage] == ["Training", "Processing"]
    assert build.metered == reading
    ended = build.ended_at
    assert ended is not None
    found = admin.builds.ended_of(build.tenant_id, ended, ended + timedelta(microseconds=1))
    assert [each.build_id for each in found] == [build.build_id]
    assert not list(admin.builds.ended_of(build.tenant_id, ended - timedelta(days=1), ended))
    until_no_slot_is_held(admin, "basic")
    assert builds.list_builds(portal, ana)[0].build_id == build.build_id


def test_a_tuned_build_searches_within_its_tiers_limits(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("standard")
    tuned = Choices(algorithm="linear", target="bought", tuned=True)
    build = until(admin, tenant, put(portal, tenant, table(), tuned))
    assert (build.state, build.reason) == (BuildState.SUCCEEDED, None)
    [tune] = [step for step in build.steps if step.kind == "Tuning"]
    trials = admin.session.client("sagemaker").list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=tune.job_name
    )["TrainingJobSummaries"]
    tier = admin.tiers.get("standard")
    assert tier.tuning is not None
    assert len(trials) == tier.tuning.max_jobs
    searched = [trial["TunedHyperParameters"] for trial in trials]
    assert all(0 <= int(knobs["knots"]) <= 8 for knobs in searched)
    assert len({knobs["regularization"] for knobs in searched}) > 1


def test_every_job_carries_the_tenants_role_and_the_cost_tags(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    build = until(admin, tenant, put(portal, tenant, table(), LINEAR))
    sagemaker = admin.session.client("sagemaker")
    [training] = [step for step in build.steps if step.kind == "Training"]
    job = sagemaker.describe_training_job(TrainingJobName=training.job_name)
    tags = sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
    assert job["RoleArn"] == tenant.execution_role_arn
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "tenant-id": tenant.tenant_id,
        "tier": "basic",
        "build-id": build.build_id,
        "project": "mlaas",
    }


def test_a_file_of_one_class_fails_with_the_containers_sentence_and_frees_its_slot(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    build = until(admin, tenant, put(portal, tenant, table(classes=1), LINEAR))
    assert build.state is BuildState.FAILED
    assert "bought" in (build.reason or "")
    assert "AlgorithmError" not in (build.reason or "")
    until_no_slot_is_held(admin, "basic")


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        (Choices(algorithm="oracle"), "There is no algorithm 'oracle': choose one of linear"),
        (Choices(tuned=True), "Tier 'basic' has no tuning"),
    ],
)
def test_a_request_that_can_never_be_built_is_rejected_with_the_remedy(
    admin: Context,
    portal: Context,
    new_tenant: Callable[..., Tenant],
    choices: Choices,
    sentence: str,
):
    tenant = new_tenant("basic")
    build = until(admin, tenant, put(portal, tenant, table(), choices))
    assert build.state is BuildState.REJECTED
    assert sentence in (build.reason or "")


def test_an_empty_file_is_rejected(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    build = until(admin, tenant, put(portal, tenant, b"", LINEAR))
    assert build.state is BuildState.REJECTED
    assert "is empty" in (build.reason or "")


@pytest.mark.usefixtures("nothing_lent")
def test_a_basic_tier_never_runs_more_builds_than_its_limit(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    ids = [put(portal, tenant, table(seed=n), LINEAR, f"visits-{n}.csv") for n in range(3)]
    peak, limit = 0, time.monotonic() + WALK_SECONDS
    while time.monotonic() < limit:
        peak = max(peak, len(held(admin, "basic")))
        rows = {row.build_id: row for row in admin.builds.of_tenant(tenant.tenant_id, limit=9)}
        if all(n in rows and rows[n].state.is_final for n in ids):
            break
        time.sleep(0.05)
    assert [rows[n].state for n in ids] == [BuildState.SUCCEEDED] * 3
    assert peak == admin.tiers.get("basic").max_concurrent_builds


def test_two_dispatches_at_once_start_each_build_once(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("premium")
    ids = [put(portal, tenant, table(seed=n), LINEAR, f"race-{n}.csv") for n in range(3)]
    with ThreadPoolExecutor(4) as callers:
        list(callers.map(lambda _: dispatch.dispatch(admin, now=datetime.now(UTC)), range(8)))
    ended = [until(admin, tenant, build_id) for build_id in ids]
    assert len({build.execution_arn for build in ended}) == 3
    sagemaker = admin.session.client("sagemaker")
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=naming.PIPELINE
    )
    names = [
        listed.get("PipelineExecutionDisplayName")
        for page in pages
        for listed in page["PipelineExecutionSummaries"]
    ]
    assert all(names.count(naming.execution_name_of("premium", n)) == 1 for n in ids)


def test_a_build_its_tier_no_longer_takes_fails_with_the_remedy_and_frees_its_slot(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    tenant, now = new_tenant("basic"), datetime.now(UTC)
    upload = Upload(tenant.bucket, "uploads/large.csv", "v1", 1 << 40, now)
    request = BuildRequest(tenant.tenant_id, upload)
    build = Build.waiting(request, tier="basic", choices=LINEAR, queued_at=now, at=now)
    assert join(admin, build, tenant, now=now)
    dispatch.dispatch(admin, now=now)
    ended = until(admin, tenant, build.build_id)
    assert ended.state is BuildState.FAILED
    assert "tier 'basic' takes up to 100 MiB" in (ended.reason or "")
    until_no_slot_is_held(admin, "basic")


def test_an_upload_delivered_twice_is_built_once(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    build = until(admin, tenant, put(portal, tenant, table(), LINEAR))
    upload = build.upload
    again = message_of(
        tenant,
        key=upload.key,
        version_id=upload.version_id,
        size=upload.size,
        uploaded_at=upload.uploaded_at.isoformat(),
    )
    assert invoke_intake(admin, again) == {"batchItemFailures": []}
    assert admin.builds.get(tenant.tenant_id, build.build_id) == build


def test_a_late_end_of_an_ended_build_changes_nothing_but_frees_its_slot(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("basic")
    build = until(admin, tenant, put(portal, tenant, table(), LINEAR))
    until_no_slot_is_held(admin, "basic")
    assert build.slot is not None
    hold(admin, Slot(build.slot, "basic", tenant.tenant_id, build.build_id, datetime.now(UTC)))
    event = {
        "detail": {
            "currentPipelineExecutionStatus": "Failed",
            "pipelineExecutionArn": build.execution_arn,
        }
    }
    invoke(admin, naming.RECORDER_FUNCTION, event)
    assert admin.builds.get(tenant.tenant_id, build.build_id) == build
    assert held(admin, "basic") == []


def test_a_later_upload_of_the_same_name_does_not_change_what_a_build_reads(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("standard")
    first = put(portal, tenant, table(300), LINEAR, "same.csv")
    second = put(portal, tenant, table(400), LINEAR, "same.csv")
    ended = [until(admin, tenant, build_id).result for build_id in (first, second)]
    assert [result and result.rows_read for result in ended] == [300, 400]


def test_the_board_shows_what_runs(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("standard")
    build_id = put(portal, tenant, table(), LINEAR)
    until(admin, tenant, build_id, lambda build: build.state is BuildState.EXECUTING)
    board = queues.board(portal, PAT, now=datetime.now(UTC))
    [line] = [line for line in board.lines if line.tier.name == "standard"]
    assert build_id in [slot.build_id for slot in line.running]
    until(admin, tenant, build_id)
