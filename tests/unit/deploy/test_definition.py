"""A committed pipeline definition becomes the deployed one."""

import json

import pytest

from backend.deploy.definition import RECORD_BUILD, filled
from backend.domain.errors import DeploymentFailed

ARN = "arn:aws:lambda:us-east-1:123456789012:function:mlaas-record-build"
COMMITTED = json.dumps(
    {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "PreprocessImageUri", "Type": "String"},
            {"Name": "Seed", "Type": "Integer", "DefaultValue": 0},
        ],
        "Steps": [{"Name": "RecordBuild", "Type": "Lambda", "FunctionArn": RECORD_BUILD}],
    }
)


def test_the_function_and_the_images_are_filled_in():
    made = json.loads(
        filled(COMMITTED, record_build_arn=ARN, defaults={"PreprocessImageUri": "image:tag"})
    )
    assert made["Steps"][0]["FunctionArn"] == ARN
    assert made["Parameters"] == [
        {"Name": "PreprocessImageUri", "Type": "String", "DefaultValue": "image:tag"},
        {"Name": "Seed", "Type": "Integer", "DefaultValue": 0},
    ]


def test_a_definition_without_the_parameter_is_refused():
    with pytest.raises(DeploymentFailed, match="no parameter EvaluateImageUri"):
        filled(COMMITTED, record_build_arn=ARN, defaults={"EvaluateImageUri": "image:tag"})


def test_a_definition_without_the_functions_place_is_refused():
    with pytest.raises(DeploymentFailed, match="names no"):
        filled('{"Parameters": []}', record_build_arn=ARN, defaults={})
