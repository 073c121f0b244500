"""What a tuning step tries, what it keeps, and how it fails."""

import json
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.integration.stage import METRIC, Stage, fail_step, get, joined, stage_of

TAGS = [{"Key": "tenant-id", "Value": "acme"}]
ETA = {"Name": "eta", "MinValue": "0.01", "MaxValue": "1.0", "ScalingType": "Logarithmic"}
DEPTH = {"Name": "depth", "MinValue": "2", "MaxValue": "8"}
KINDS = {"Name": "kind", "Values": ["gbtree", "dart"]}


@pytest.fixture(scope="module")
def stage(cloud: Cloud) -> Stage:
    return stage_of(cloud)


def tuning(
    stage: Stage,
    *,
    program: str = "score",
    strategy: str = "Bayesian",
    objective: str = "Maximize",
    ranges: dict[str, Any] | None = None,
    most: int = 4,
    **definition: Any,
) -> dict[str, Any]:
    config = {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": {"Type": objective, "MetricName": METRIC["Name"]},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": most, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": ranges or {"ContinuousParameterRanges": [ETA]},
        "RandomSeed": 1,
    }
    trial = {**stage.job(program), "StaticHyperParameters": {"seed": "7"}, **definition}
    arguments = {
        "HyperParameterTuningJobConfig": config,
        "TrainingJobDefinition": trial,
        "Tags": TAGS,
    }
    return {"Name": "Tune", "Type": "Tuning", "Arguments": arguments}


def described(stage: Stage, step: dict[str, Any]) -> dict[str, Any]:
    name = step["Metadata"]["TuningJob"]["Arn"].rsplit("/", 1)[-1]
    return dict(
        stage.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    )


def trials(stage: Stage, job: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
    pages = stage.sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
    listed = pages.paginate(
        HyperParameterTuningJobName=job["HyperParameterTuningJobName"],
        PaginationConfig={"PageSize": 2},
        **asked,
    ).build_full_result()
    return list(listed["TrainingJobSummaries"])


def values(trial: dict[str, Any]) -> Any:
    return trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]


def test_the_best_trial_is_kept(stage: Stage) -> None:
    best = get("Steps.Tune.BestTrainingJob.TrainingJobName")
    top = get("Steps.Tune.TrainingJobSummaries[0].TrainingJobName")
    tell = fail_step("Tell", joined(best, top, on=" "))
    steps = stage.play(tuning(stage), tell)
    job = described(stage, steps["Tune"])
    found = trials(stage, job, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    assert [values(trial) for trial in found] == sorted(map(values, found), reverse=True)
    name = job["BestTrainingJob"]["TrainingJobName"]
    assert name == found[0]["TrainingJobName"]
    assert steps["Tell"]["FailureReason"] == f"{name} {name}"
    assert f"models/{name}/output/model.tar.gz" in stage.keys("models/")
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 4
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 4, "Pending": 0, "Failed": 0}


def test_the_least_is_the_best_when_asked(stage: Stage) -> None:
    job = described(stage, stage.play(tuning(stage, objective="Minimize"))["Tune"])
    assert values(job["BestTrainingJob"]) == min(map(values, trials(stage, job)))


def test_trials_are_training_jobs_of_their_own(stage: Stage) -> None:
    job = described(stage, stage.play(tuning(stage))["Tune"])
    name = job["HyperParameterTuningJobName"]
    assert len(name) <= 32
    found = trials(stage, job)
    assert [trial["TrainingJobName"][: len(name) + 5] for trial in found] == [
        f"{name}-00{number}-" for number in (1, 2, 3, 4)
    ]
    trial = stage.sagemaker.describe_training_job(TrainingJobName=found[0]["TrainingJobName"])
    assert trial["TuningJobArn"] == job["HyperParameterTuningJobArn"]
    assert trial["HyperParameters"] == {
        "seed": "7",
        "eta": found[0]["TunedHyperParameters"]["eta"],
        "_tuning_objective_metric": "validation:score",
    }
    assert trial["BillableTimeInSeconds"] >= 1
    assert stage.sagemaker.list_tags(ResourceArn=trial["TrainingJobArn"])["Tags"] == TAGS
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 4


def test_trials_run_so_many_at_once(stage: Stage) -> None:
    step = tuning(stage, program="count", most=4)
    job = described(stage, stage.play(step)["Tune"])
    found = sorted(trials(stage, job), key=lambda trial: trial["CreationTime"])
    overlaps = [
        sum(
            other["CreationTime"] < trial["TrainingEndTime"]
            and trial["CreationTime"] < other["TrainingEndTime"]
            for other in found
            if other is not trial
        )
        for trial in found
    ]
    assert max(overlaps) >= 1
    assert found[2]["CreationTime"] >= min(trial["TrainingEndTime"] for trial in found[:2])


def test_values_stay_within_their_ranges(stage: Stage) -> None:
    ranges = {
        "ContinuousParameterRanges": [ETA],
        "IntegerParameterRanges": [DEPTH],
        "CategoricalParameterRanges": [KINDS],
    }
    job = described(stage, stage.play(tuning(stage, ranges=ranges, most=6))["Tune"])
    for trial in trials(stage, job):
        tuned = trial["TunedHyperParameters"]
        assert 0.01 <= float(tuned["eta"]) <= 1.0
        assert int(tuned["depth"]) in range(2, 9)
        assert tuned["kind"] in KINDS["Values"]


def test_a_grid_is_tried_whole(stage: Stage) -> None:
    sizes = {"Name": "size", "Values": ["1", "2"]}
    ranges = {"CategoricalParameterRanges": [KINDS, sizes]}
    step = tuning(stage, strategy="Grid", ranges=ranges, most=4)
    job = described(stage, stage.play(step)["Tune"])
    tried = [trial["TunedHyperParameters"] for trial in trials(stage, job)]
    assert len({json.dumps(one, sort_keys=True) for one in tried}) == 4


def test_a_search_nobody_can_follow_is_refused(stage: Stage) -> None:
    step = stage.play(tuning(stage, strategy="Grid"))["Tune"]
    assert step["StepStatus"] == "Failed"
    assert "Grid search supports categorical ranges only" in step["FailureReason"]
    assert "Metadata" not in step


def test_an_objective_without_a_definition_is_refused(stage: Stage) -> None:
    step = tuning(stage)
    del step["Arguments"]["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    reason = stage.play(step)["Tune"]["FailureReason"]
    assert "'validation:score' is required in the MetricDefinitions" in reason


def test_trials_that_all_fail_fail_the_step(stage: Stage) -> None:
    environment = {"WORDS": "The target has one class."}
    step = tuning(stage, program="fail", most=9, Environment=environment)
    tune = stage.play(step)["Tune"]
    assert tune["FailureReason"].startswith("No training job succeeded after ")
    job = described(stage, tune)
    found = trials(stage, job)
    assert 5 <= len(found) <= 6, "SageMaker gives up when nothing succeeds"
    assert {trial["FailureReason"] for trial in found} == {
        "AlgorithmError: The target has one class., exit code: 3"
    }
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == len(found)
    assert "BestTrainingJob" not in job


def test_trials_that_never_tell_the_metric_fail_the_step(stage: Stage) -> None:
    tune = stage.play(tuning(stage, program="count", most=2))["Tune"]
    assert tune["FailureReason"].startswith("No objective metrics found after running 2 training")


def test_the_pipelines_role_must_be_allowed_to_pass_the_trials_role(stage: Stage) -> None:
    ghost = "arn:aws:iam::123456789012:role/stage-images"
    tune = stage.play(tuning(stage, RoleArn=ghost))["Tune"]
    assert f"iam:PassRole on resource: {ghost}" in tune["FailureReason"]
