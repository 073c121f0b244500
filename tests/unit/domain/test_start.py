"""The parameters of a start."""

from dataclasses import replace

import pytest

from backend.domain.algorithm import Algorithm, TunedRange
from backend.domain.choices import Choices
from backend.domain.errors import Invalid
from backend.domain.start import parameters_of
from backend.domain.tier import TIERS, InstanceForSize
from tests.unit.values import tenant, waiting_build

XGBOOST = Algorithm(
    algorithm="xgboost",
    title="Boosted trees",
    description="",
    image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/mlaas/xgboost:abc",
    objectives=("binary",),
    hyperparameters=(),
    tuned_continuous=TunedRange("eta", "0.01", "0.5"),
    tuned_integer=TunedRange("max_depth", "2", "8"),
)
BASIC, STANDARD, _ = TIERS


def test_role_and_places_come_from_the_registry():
    build = waiting_build()
    given = parameters_of(build, tenant(), BASIC, XGBOOST)
    assert given["ExecutionRoleArn"].endswith("role/mlaas-tenant-acme-execution")
    assert given["OutputS3Uri"] == f"s3://{tenant().bucket}/builds/{build.build_id}"
    assert given["InputDataS3Uri"] == f"{given['OutputS3Uri']}/input/churn.csv"
    assert all(isinstance(value, str) and len(value) <= 1024 for value in given.values())


def test_a_tuned_build_searches_what_its_algorithm_names_within_the_tiers_limit():
    build = replace(waiting_build(), choices=Choices(tuned=True))
    given = parameters_of(build, tenant(), STANDARD, XGBOOST)
    assert (given["TunedContinuousName"], given["TunedIntegerMax"]) == ("eta", "8")
    assert (given["MaxTuningJobs"], given["MaxParallelTuningJobs"]) == ("6", "2")


def test_a_build_its_tier_no_longer_takes_is_refused_with_both_sizes():
    small = replace(BASIC, instances=(InstanceForSize(10, "ml.m5.large"),))
    with pytest.raises(Invalid, match="takes up to"):
        parameters_of(waiting_build(), tenant(), small, XGBOOST)


def test_a_tier_without_tuning_tunes_nothing():
    build = replace(waiting_build(), choices=Choices(tuned=True))
    with pytest.raises(Invalid, match="has no tuning"):
        parameters_of(build, tenant(), BASIC, XGBOOST)
