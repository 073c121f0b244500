"""What is watched, and who is told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.aws.metrics import figures_of
from backend.domain import naming
from backend.domain.line_figures import LineFigures
from backend.domain.tier import TIERS
from tests.unit.deploy.templates import ACCOUNT, TEMPLATES, resources, template

WATCHING = "watching.yaml"
TIER_NAMES = [tier.name for tier in TIERS]


def alarms() -> dict[tuple[str, str, str], dict[str, Any]]:
    """Every alarm, by namespace, metric and what it is about."""
    return {
        (alarm["Namespace"], alarm["MetricName"], dimension["Value"]): alarm
        for alarm in resources("AWS::CloudWatch::Alarm", WATCHING).values()
        for dimension in alarm["Dimensions"]
    }


def test_figures_are_put_every_minute():
    (schedule,) = resources("AWS::Scheduler::Schedule", WATCHING).values()
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["Arn"].endswith(f":function:{naming.METRICS_FUNCTION}")
    assert schedule["Target"]["RoleArn"] == naming.role_arn("mlaas-metrics-schedule", ACCOUNT)


@pytest.mark.parametrize("tier", TIER_NAMES)
def test_an_alarm_tells_of_builds_that_wait_a_quarter_of_an_hour_for_as_long(tier: str):
    alarm = alarms()["MLaaS", "OldestWaitSeconds", tier]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (900, "GreaterThanThreshold")
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 900
    line = LineFigures(tier, waiting=1, running=1, oldest_wait_seconds=1, dead_letters=0)
    put = {figure["MetricName"]: figure for figure in figures_of(line, datetime.now(UTC))}
    assert alarm["Dimensions"] == put["OldestWaitSeconds"]["Dimensions"]
    assert alarm["Namespace"] == naming.METRICS_NAMESPACE


@pytest.mark.parametrize("tier", TIER_NAMES)
def test_an_alarm_tells_of_a_tiers_dead_letters(tier: str):
    queue = naming.dead_letters_of(tier)
    alarm = alarms()["AWS/SQS", "ApproximateNumberOfMessagesVisible", queue]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": queue}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert alarm["Statistic"] == "Maximum"


def test_every_functions_errors_raise_an_alarm():
    functions = {
        function["FunctionName"]
        for name in TEMPLATES
        for function in resources("AWS::Lambda::Function", name).values()
    }
    watched = {key[2]: alarm for key, alarm in alarms().items() if key[0] == "AWS/Lambda"}
    assert set(watched) == functions
    for name, alarm in watched.items():
        assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("Errors", "Sum", 0)
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": name}]


def test_alarms_tell_a_topic_only_if_there_is_one():
    said = {"Fn::If": ["Told", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    whole = template(WATCHING)
    told = [
        resource["Properties"]["AlarmActions"]
        for resource in whole["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert told == [said] * len(alarms())
    empty = {"Fn::Equals": [{"Ref": "AlarmTopicArn"}, ""]}
    assert whole["Conditions"]["Told"] == {"Fn::Not": [empty]}
    assert whole["Parameters"]["AlarmTopicArn"]["Default"] == ""
