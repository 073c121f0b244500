"""The committed pipelines are what the code writes, and ask of SageMaker what it takes."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.deploy.definition import RECORD_BUILD
from backend.domain import naming
from backend.domain.algorithm import Algorithm
from backend.domain.choices import Choices
from backend.domain.start import parameters_of
from backend.domain.tier import TIERS
from backend.pipeline import requests
from backend.pipeline.parameters import DEFAULTS, REQUIRED, TAGS, declared
from tests.unit.pipeline.shapes import faults
from tests.unit.values import tenant, waiting_build

ROOM = Path(requests.__file__).parent
FILES = ("build.json", "build-tuned.json")
OPERATIONS = {
    "Processing": ("CreateProcessingJob", {"ProcessingJobName": "n"}),
    "Training": ("CreateTrainingJob", {"TrainingJobName": "n"}),
    "Tuning": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName": "n"}),
    "RegisterModel": ("CreateModelPackage", {}),
}
GIVEN = {
    "TenantId": "acme",
    "Tier": "basic",
    "BuildId": "0123456789abcdef0123456789abcdef",
    "InputDataS3Uri": "s3://mlaas-tenant-acme-123456789012/builds/0/input/churn.csv",
    "OutputS3Uri": "s3://mlaas-tenant-acme-123456789012/builds/0",
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/mlaas-tenant-acme-execution",
    "ModelPackageGroupName": "mlaas-acme",
    "PreprocessImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mlaas/preprocess:0123",
    "EvaluateImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mlaas/evaluate:0123",
    "TrainingImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mlaas/xgboost:0123",
    "Algorithm": "xgboost",
    "TunedContinuousName": "eta",
    "TunedContinuousMin": "0.01",
    "TunedContinuousMax": "0.5",
    "TunedIntegerName": "max_depth",
    "TunedIntegerMin": "2",
    "TunedIntegerMax": "8",
}
# A program that must not reach anybody: the SDK is made to write with all sockets closed.
OFFLINE = """
import runpy, socket, sys
def refuse(*_):
    raise AssertionError("the definition was written with the help of a network")
socket.socket.connect = socket.getaddrinfo = refuse
runpy.run_module("backend.pipeline.definition", run_name="__main__")
"""


def committed(file: str) -> dict[str, Any]:
    written: dict[str, Any] = json.loads((ROOM / file).read_text())
    return written


def every_step(written: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for step in written["Steps"]:
        yield step
        if step["Type"] == "Condition":
            yield from step["Arguments"]["IfSteps"]
            yield from step["Arguments"]["ElseSteps"]


def values_of(written: dict[str, Any]) -> dict[str, Any]:
    return {
        parameter["Name"]: parameter.get("DefaultValue", GIVEN.get(parameter["Name"]))
        for parameter in written["Parameters"]
    }


def filled(part: Any, values: dict[str, Any]) -> Any:
    """The part with every placeholder replaced by a value of its kind."""
    match part:
        case {"Get": str(path)} if path.startswith("Parameters."):
            return values[path.removeprefix("Parameters.")]
        case {"Get": str(path)}:
            return "s3://bucket/key" if re.search("S3Uri$|S3ModelArtifacts$", path) else "x1"
        case {"Std:Join": {"On": glue, "Values": parts}}:
            return glue.join(str(filled(one, values)) for one in parts)
        case {"Std:JsonGet": _}:
            return 0.25
        case dict():
            return {name: filled(one, values) for name, one in part.items()}
        case list():
            return [filled(one, values) for one in part]
    return part


def test_the_committed_files_are_what_the_code_writes(tmp_path: Path):
    subprocess.run(
        [sys.executable, "-c", OFFLINE, str(tmp_path)],
        check=True,
        cwd=ROOM.parents[1],
        env={"HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        timeout=120,
    )
    for file in FILES:
        assert (tmp_path / file).read_text() == (ROOM / file).read_text(), (
            f"{file} is stale: run python -m backend.pipeline.definition"
        )


@pytest.mark.parametrize("file", FILES)
def test_every_request_is_one_that_sagemaker_takes(file: str):
    written = committed(file)
    values = values_of(written)
    asked = [step for step in every_step(written) if step["Type"] in OPERATIONS]
    assert len(asked) == 4
    for step in asked:
        operation, more = OPERATIONS[step["Type"]]
        assert faults(operation, {**filled(step["Arguments"], values), **more}) == []


@pytest.mark.parametrize(("file", "model"), [("build.json", "Train"), ("build-tuned.json", "Tune")])
def test_every_job_has_the_tenants_role_and_the_cost_tags(file: str, model: str):
    jobs = {
        step["Name"]: step["Arguments"]
        for step in every_step(committed(file))
        if step["Type"] in ("Processing", "Training", "Tuning")
    }
    assert jobs.keys() == {"Preprocess", model, "Evaluate"}
    for arguments in jobs.values():
        job = arguments.get("TrainingJobDefinition", arguments)
        assert job["RoleArn"] == {"Get": "Parameters.ExecutionRoleArn"}
        assert {tag["Key"]: tag["Value"]["Get"] for tag in arguments["Tags"]} == {
            "tenant-id": "Parameters.TenantId",
            "tier": "Parameters.Tier",
            "build-id": "Parameters.BuildId",
            "project": "Parameters.Project",
        }


def test_every_tag_that_is_asked_for_is_on_every_job_by_a_parameter_of_its_own():
    assert tuple(TAGS) == naming.COST_TAGS
    assert len(set(TAGS.values())) == len(naming.COST_TAGS)
    assert DEFAULTS["Project"] == naming.PROJECT
    assert {"TenantId", "Tier", "BuildId"} <= set(REQUIRED)


@pytest.mark.parametrize("tuned", [False, True])
def test_a_dispatched_build_gives_its_own_tenant_tier_and_id_to_the_tags(tuned: bool):
    build = replace(waiting_build(tier="premium"), choices=Choices(tuned=tuned))
    given = parameters_of(build, tenant(), TIERS[-1], algorithm())
    told = {tag: given.get(TAGS[tag]) for tag in naming.COST_TAGS if tag != naming.PROJECT_TAG}
    assert told == {"tenant-id": "acme", "tier": "premium", "build-id": build.build_id}


@pytest.mark.parametrize("file", FILES)
def test_nothing_of_a_tenant_is_written_into_a_definition(file: str):
    text = (ROOM / file).read_text()
    assert not re.search(r"s3://|\d{12}|arn:aws|dkr\.ecr|mlaas-tenant|us-east", text)
    assert text.count(RECORD_BUILD) == 2


@pytest.mark.parametrize("file", FILES)
def test_no_step_is_cached_and_no_package_of_a_group_is_tagged(file: str):
    for step in every_step(committed(file)):
        assert "CacheConfig" not in step
        if step["Type"] == "RegisterModel":
            assert "Tags" not in step["Arguments"]


@pytest.mark.parametrize("file", FILES)
def test_every_declared_parameter_is_used(file: str):
    written = committed(file)
    text = json.dumps(written["Steps"])
    unused = [p["Name"] for p in written["Parameters"] if f'"Parameters.{p["Name"]}"' not in text]
    assert unused == []


@pytest.mark.parametrize("file", FILES)
def test_a_refused_model_is_recorded_before_the_execution_fails(file: str):
    *_, record, fail = every_step(committed(file))
    assert record["Arguments"]["outcome"] == "Refused"
    assert "model_data" not in record["Arguments"]
    assert (fail["Type"], fail["DependsOn"]) == ("Fail", [record["Name"]])
    told = filled(fail["Arguments"]["ErrorMessage"], values_of(committed(file)))
    assert "0.25" in told
    assert "above 0.0" in told


def algorithm(name: str = "xgboost") -> Algorithm:
    document = json.loads((ROOM / "containers" / name / "algorithm.json").read_text())
    return Algorithm.from_document(document, "image")


@pytest.mark.parametrize("tuned", [False, True])
def test_what_dispatch_gives_is_declared_and_nothing_required_is_left_out(tuned: bool):
    build = replace(waiting_build(), choices=Choices(tuned=tuned))
    parameters = parameters_of(build, tenant(), TIERS[-1], algorithm())
    known, ours = declared(tuned=tuned), {"PreprocessImageUri", "EvaluateImageUri"}
    given = parameters.keys() | ours
    assert given <= known.keys()
    assert {name for name, default in known.items() if default is None} <= given


@pytest.mark.parametrize("name", ["xgboost", "linear"])
def test_an_algorithm_tunes_what_it_declares(name: str):
    declares = algorithm(name)
    knobs = {knob.name: knob for knob in declares.hyperparameters}
    tuned = {"float": declares.tuned_continuous, "integer": declares.tuned_integer}
    for kind, searched in tuned.items():
        knob = knobs[searched.name]
        assert knob.kind == kind
        assert float(knob.minimum) <= float(searched.minimum) < float(searched.maximum)
        assert float(searched.maximum) <= float(knob.maximum)
    assert float(declares.tuned_continuous.minimum) > 0  # its scale is logarithmic
