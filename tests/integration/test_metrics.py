"""How the tiers' lines stand, as CloudWatch tells it; who is told when they stand badly."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backend import dead_letters, metrics
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.dead_letter import DeadLetter
from backend.domain.fair_queue import Turn
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier
from tests.cloud import Cloud
from tests.integration.messages import invoke
from tests.integration.roles import DENIED, allow, code_of, role

PAT = Principal("pat", "Pat", Role.PROVIDER)
TIER = "premium"


@pytest.fixture
def paused(admin: Context) -> Iterator[Tier]:
    """The premium tier while none of its builds may start."""
    tier = admin.tiers.get(TIER)
    admin.tiers.save(replace(tier, paused=True))
    admin.scheduling.settings_changed()
    yield tier
    admin.tiers.save(tier)
    admin.scheduling.settings_changed()


@pytest.fixture
def waiting(admin: Context, paused: Tier, new_tenant: Callable[..., Tenant]) -> Iterator[Build]:
    """A build that has waited for ten minutes, and a younger one that stands before it."""
    tenant, now = new_tenant(TIER), datetime.now(UTC)
    builds = []
    for minutes, tag in ((10, 2), (1, 1)):
        at = now - timedelta(minutes=minutes)
        request = BuildRequest(tenant.tenant_id, Upload(tenant.bucket, f"{tag}.csv", "v1", 1, at))
        asked = Build.waiting(request, tier=TIER, choices=Choices(), queued_at=at, at=at)
        builds.append(asked.in_line(paused.rank, Turn(tag, 1), expected_seconds=60))
    for build in builds:
        admin.builds.add(build)
    yield builds[0]
    table = admin.session.table(naming.BUILDS_TABLE)
    for build in builds:
        table.delete_item(Key={"tenant_id": build.tenant_id, "build_id": build.build_id})


@pytest.fixture
def dead(admin: Context, portal: Context) -> Iterator[int]:
    """How many dead letters the tier has, of which there is one at least."""
    moment = datetime.now(UTC)
    admin.queues.set_aside(
        DeadLetter("m1", TIER, "counted", sent_at=moment, reason="No.", failed_at=moment)
    )
    letters = dead_letters.list_dead_letters(portal, PAT, TIER)
    yield len(letters)
    ids = [letter.message_id for letter in letters]
    dead_letters.discard(portal, PAT, TIER, ids, now=moment)


def put_at(admin: Context, moment: datetime, tier: str = TIER) -> dict[str, tuple[float, str]]:
    """Each metric's figure and unit, as CloudWatch has them for that moment."""
    cloudwatch = admin.session.client("cloudwatch")
    found = {}
    for name in ("Waiting", "Running", "OldestWaitSeconds", "DeadLetters"):
        points = cloudwatch.get_metric_statistics(
            Namespace="MLaaS",
            MetricName=name,
            Dimensions=[{"Name": "Tier", "Value": tier}],
            StartTime=moment - timedelta(milliseconds=1),
            EndTime=moment + timedelta(milliseconds=1),
            Period=60,
            Statistics=["Maximum", "SampleCount"],
        )["Datapoints"]
        [point] = points
        assert point["SampleCount"] == 1
        found[name] = point["Maximum"], point["Unit"]
    return found


def test_cloudwatch_has_each_tiers_figures(admin: Context, waiting: Build, dead: int):
    now = datetime.now(UTC)
    figures = {line.tier: line for line in metrics.publish(admin, now=now)}
    age = (now - waiting.requested_at).total_seconds()
    assert figures[TIER].oldest_wait_seconds == pytest.approx(age)
    assert put_at(admin, now) == {
        "Waiting": (2, "Count"),
        "Running": (0, "Count"),
        "OldestWaitSeconds": (pytest.approx(age), "Seconds"),
        "DeadLetters": (dead, "Count"),
    }
    assert set(figures) == {tier.name for tier in admin.tiers.all()}


def test_what_stands_aside_waits_and_is_not_waited_for(admin: Context, waiting: Build):
    state, _ = admin.scheduling.read()
    aside = waiting.aside("paused by the provider")
    admin.scheduling.park(state, waiting, "paused by the provider")
    try:
        now = datetime.now(UTC)
        metrics.publish(admin, now=now)
        put = put_at(admin, now)
    finally:
        state, _ = admin.scheduling.read()
        admin.scheduling.none_parked(state, aside.tenant_id)
    assert put["Waiting"] == (2, "Count")
    assert put["OldestWaitSeconds"][0] == pytest.approx(60, abs=30)


def test_the_function_may_do_all_it_does(admin: Context):
    answer = invoke(admin, naming.METRICS_FUNCTION, {})
    assert {line["tier"] for line in answer["tiers"]} == {t.name for t in admin.tiers.all()}


def test_a_role_puts_metrics_into_its_own_namespace_alone(cloud: Cloud):
    own = {"StringEquals": {"cloudwatch:namespace": "MLaaS"}}
    writer = role(cloud, "metric-writer", allow("cloudwatch:PutMetricData", "*", **own))
    figures: list[Any] = [{"MetricName": "Tried", "Value": 1}]
    writer.client("cloudwatch").put_metric_data(Namespace="MLaaS", MetricData=figures)
    for namespace in ("Other", "MLaaS2"):
        with pytest.raises(ClientError) as refused:
            writer.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=figures)
        assert code_of(refused) in DENIED
    listed = cloud.session().client("cloudwatch").list_metrics(MetricName="Tried")["Metrics"]
    assert {metric["Namespace"] for metric in listed} == {"MLaaS"}


def actions(admin: Context) -> dict[str, list[str]]:
    pages = admin.session.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return {
        alarm["AlarmName"]: alarm["AlarmActions"]
        for page in pages
        for alarm in page["MetricAlarms"]
    }


def test_alarms_tell_a_topic_once_there_is_one_and_keep_it(admin: Context):
    silent = actions(admin)
    assert {"mlaas-basic-waits", "mlaas-basic-dead-letters", "mlaas-intake-fails"} <= set(silent)
    assert set(map(tuple, silent.values())) == {()}
    topic = admin.session.client("sns").create_topic(Name="alarms")["TopicArn"]
    try:
        deploy(admin, alarm_topic=topic, say=lambda _: None)
        said: list[str] = []
        deploy(admin, say=said.append)
        assert "unchanged: stack mlaas-watching" in said
        assert set(map(tuple, actions(admin).values())) == {(topic,)}
    finally:
        deploy(admin, alarm_topic="", say=lambda _: None)
    assert actions(admin) == silent


def test_an_alarm_sounds_while_builds_wait_too_long(admin: Context):
    cloudwatch = admin.session.client("cloudwatch")
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["mlaas-standard-waits"])["MetricAlarms"]
    now = datetime.now(UTC)
    for minutes in range(16):
        cloudwatch.put_metric_data(
            Namespace=alarm["Namespace"],
            MetricData=[
                {
                    "MetricName": alarm["MetricName"],
                    "Dimensions": alarm["Dimensions"],
                    "Timestamp": now - timedelta(minutes=minutes),
                    "Value": 901,
                }
            ],
        )
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["mlaas-standard-waits"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
