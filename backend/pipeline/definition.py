"""Responsible for authoring both pipelines: python -m backend.pipeline.definition [FOLDER]

The only module that imports the SageMaker SDK, and it does so to write JSON. Steps carry boto3's
own requests, because the SDK's trainers take neither role, instance count nor tags as parameters.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# The SDK makes a client while it is imported: any region will do, and nobody is to be asked who
# this machine is.
os.environ |= {  # noqa: TID251 - nothing is read: the SDK takes these two in no other way
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

from sagemaker.core.workflow.conditions import ConditionGreaterThan
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.core.workflow.properties import Properties, PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import Step, StepTypeEnum

from backend.domain import naming
from backend.pipeline import requests
from backend.pipeline.parameters import Default, declared
from backend.pipeline.requests import Given, Request

FILES = {naming.PIPELINE: "build.json", naming.TUNED_PIPELINE: "build-tuned.json"}
RECORD_BUILD = "${RecordBuildFunctionArn}"  # deployment puts the function's ARN here

_PARAMETER = {str: ParameterString, int: ParameterInteger, float: ParameterFloat}
_SHAPES = {
    StepTypeEnum.PROCESSING: "DescribeProcessingJobResponse",
    StepTypeEnum.TRAINING: "DescribeTrainingJobResponse",
    StepTypeEnum.TUNING: "DescribeHyperParameterTuningJobResponse",
    StepTypeEnum.REGISTER_MODEL: "DescribeModelPackageOutput",
}


class RequestStep(Step):  # type: ignore[misc]  # the SDK carries no types
    """A step whose arguments are a boto3 request, with pipeline variables anywhere in it."""

    def __init__(
        self, name: str, kind: StepTypeEnum, request: Request, files: Sequence[PropertyFile] = ()
    ) -> None:
        super().__init__(name, step_type=kind)
        self.property_files = list(files)
        self._request = request
        self._properties = Properties(step_name=name, step=self, shape_name=_SHAPES[kind])

    @property
    def arguments(self) -> Request:
        return self._request

    @property
    def properties(self) -> Any:
        return self._properties

    def to_request(self) -> Request:
        request: Request = super().to_request()
        if self.property_files:
            request["PropertyFiles"] = [file.expr for file in self.property_files]
        return request


class RecordStep(Step):  # type: ignore[misc]  # the SDK carries no types
    """A Lambda step that hands its inputs to the record-build function."""

    def __init__(self, name: str, inputs: Request) -> None:
        super().__init__(name, step_type=StepTypeEnum.LAMBDA)
        self._inputs = inputs

    @property
    def arguments(self) -> Request:
        return self._inputs

    @property
    def properties(self) -> Any:
        return Properties(step_name=self.name)

    def to_request(self) -> Request:
        return {**super().to_request(), "FunctionArn": RECORD_BUILD, "OutputParameters": []}


class _NoConnection:
    """What the SDK asks of a session while it only writes: nothing it could call anybody with."""

    boto_region_name = "us-east-1"
    sagemaker_config: Mapping[str, Any] = {
        "SchemaVersion": "1.0",
        "SageMaker": {"TelemetryOptOut": True},
    }

    @property
    def boto_session(self) -> "_NoConnection":
        return self

    def client(self, _: str) -> None:
        return None


def definition(*, tuned: bool) -> dict[str, Any]:
    """The pipeline that builds with given hyperparameters, or the one that tunes two of them."""
    given = {name: _parameter(name, default) for name, default in declared(tuned=tuned).items()}
    prepare = _preprocess(given)
    train, model = _tune(given, prepare) if tuned else _train(given, prepare)
    report = PropertyFile("EvaluationReport", output_name="evaluation", path="evaluation.json")
    evaluate = _evaluate(given, prepare, model, report)
    pipeline = Pipeline(
        naming.TUNED_PIPELINE if tuned else naming.PIPELINE,
        parameters=list(given.values()),
        steps=[prepare, train, evaluate, _check(given, evaluate, report, model)],
        sagemaker_session=_NoConnection(),
    )
    written = json.loads(pipeline.definition())
    return {part: written[part] for part in ("Version", "Metadata", "Parameters", "Steps")}


def _parameter(name: str, default: Default | None) -> Any:
    return ParameterString(name) if default is None else _PARAMETER[type(default)](name, default)


def _preprocess(given: Given) -> RequestStep:
    request = requests.processing(
        given,
        given["PreprocessImageUri"],
        inputs={"input": given["InputDataS3Uri"]},
        outputs={
            name: _place(given, name)
            for name in ("train", "validation", "test", "schema", "report")
        },
        arguments=[
            Join(on="", values=[f"--{name.lower()}=", given[name]])
            for name in ("Target", "Objective", "Seed", "Algorithm")
        ],
    )
    return RequestStep("Preprocess", StepTypeEnum.PROCESSING, request)


def _train(given: Given, prepare: RequestStep) -> tuple[RequestStep, Any]:
    request = requests.training(given, channels=_channels(prepare), output=_place(given, "model"))
    step = RequestStep("Train", StepTypeEnum.TRAINING, request)
    return step, step.properties.ModelArtifacts.S3ModelArtifacts


def _tune(given: Given, prepare: RequestStep) -> tuple[RequestStep, Any]:
    request = requests.tuning(given, channels=_channels(prepare), output=_place(given, "model"))
    step = RequestStep("Tune", StepTypeEnum.TUNING, request)
    best = step.properties.BestTrainingJob.TrainingJobName
    return step, _place(given, "model", best, "output", "model.tar.gz")


def _evaluate(given: Given, prepare: RequestStep, model: Any, report: PropertyFile) -> RequestStep:
    request = requests.processing(
        given,
        given["EvaluateImageUri"],
        inputs={
            "model": model,
            "test": _output_of(prepare, "test"),
            "schema": _output_of(prepare, "schema"),
        },
        outputs={"evaluation": _place(given, "evaluation")},
    )
    return RequestStep("Evaluate", StepTypeEnum.PROCESSING, request, [report])


def _check(given: Given, evaluate: RequestStep, report: PropertyFile, model: Any) -> ConditionStep:
    skill = JsonGet(step_name=evaluate.name, property_file=report, json_path="gate.skill")
    return ConditionStep(
        "CheckSkill",
        conditions=[ConditionGreaterThan(left=skill, right=given["MinimumSkill"])],
        if_steps=_kept(given, model),
        else_steps=_refused(given, skill),
    )


def _kept(given: Given, model: Any) -> list[Step]:
    request = requests.registration(given, model=model, evaluation=_evaluation(given))
    register = RequestStep("Register", StepTypeEnum.REGISTER_MODEL, request)
    record = RecordStep(
        "RecordBuild",
        _recorded(given, "Registered")
        | {"model_package_arn": register.properties.ModelPackageArn, "model_data": model},
    )
    return [register, record]


def _refused(given: Given, skill: JsonGet) -> list[Step]:
    record = RecordStep("RecordRefused", _recorded(given, "Refused"))
    why = Join(
        on="",
        values=[
            "The model was not kept: its skill over the baseline is ",
            skill,
            " and has to be above ",
            given["MinimumSkill"].to_string(),
            ". Upload more rows, or columns that tell more about the target.",
        ],
    )
    return [record, FailStep("BelowBaseline", error_message=why, depends_on=[record.name])]


def _recorded(given: Given, outcome: str) -> Request:
    return {
        "tenant_id": given["TenantId"],
        "build_id": given["BuildId"],
        "execution_arn": ExecutionVariables.PIPELINE_EXECUTION_ARN,
        "outcome": outcome,
        "evaluation_uri": _evaluation(given),
        "report_uri": _place(given, "report", "report.json"),
    }


def _evaluation(given: Given) -> Join:
    return _place(given, "evaluation", "evaluation.json")


def _place(given: Given, *parts: Any) -> Join:
    return Join(on="/", values=[given["OutputS3Uri"], *parts])


def _channels(prepare: RequestStep) -> dict[str, Any]:
    return {name: _output_of(prepare, name) for name in ("train", "validation", "schema")}


def _output_of(prepare: RequestStep, name: str) -> Any:
    return prepare.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, file in FILES.items():
        written = definition(tuned=name == naming.TUNED_PIPELINE)
        (folder / file).write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()
