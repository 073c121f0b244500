"""Responsible for performing a step: what each type does, and what it leaves for later steps."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from backend.embedded.definitions.conditions import all_hold
from backend.embedded.definitions.definition import StepType
from backend.embedded.definitions.parameters import text_of
from backend.embedded.executions.job_steps import run_processing, run_training, run_tuning
from backend.embedded.executions.step_act import StepAct
from backend.embedded.faults import StepFailed, Unresolvable

_OUTPUT_TYPES: dict[str, type | tuple[type, ...]] = {
    "String": str,
    "Integer": int,
    "Float": (int, float),
    "Boolean": bool,
}


def perform(act: StepAct) -> Mapping[str, Any]:
    """What `Steps.<name>.` points into afterwards; raises StepFailed, or Stopped if it was."""
    try:
        return _ACTS[act.step.type](act)
    except Unresolvable as fault:
        raise StepFailed(f"ClientError: {fault}") from fault


def _condition(act: StepAct) -> Mapping[str, Any]:
    held = all_hold(act.step.arguments["Conditions"], act.resolve)
    act.announce({"Condition": {"Outcome": str(held)}})
    return {"Outcome": str(held)}


def _register(act: StepAct) -> Mapping[str, Any]:
    request = act.resolve(act.step.arguments)
    try:
        version = act.client("sagemaker").create_model_package(**request)
    except (ClientError, BotoCoreError) as refusal:
        raise StepFailed(
            f"ClientError: Failed to invoke sagemaker:CreateModelPackage. Error Details: {refusal}"
        ) from refusal
    act.announce({"RegisterModel": {"Arn": version["ModelPackageArn"]}})
    return {**request, "ModelPackageArn": version["ModelPackageArn"]}


def _lambda(act: StepAct) -> Mapping[str, Any]:
    function = act.step.written["FunctionArn"]
    act.announce({"Lambda": {"Arn": function}})
    given = act.resolve(act.step.arguments)
    for name, value in given.items():
        if isinstance(value, dict | list):
            raise StepFailed(f"ClientError: Input {name!r} of a Lambda step has to be one value.")
    try:
        answer = act.client("lambda").invoke(FunctionName=function, Payload=json.dumps(given))
    except (ClientError, BotoCoreError) as refusal:
        raise StepFailed(
            f"ClientError: Failed to invoke lambda:InvokeFunction. Error Details: {refusal}"
        ) from refusal
    returned = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        raise StepFailed(f"ClientError: Lambda function {function} failed: {_told(returned)}")
    outputs = {
        one["OutputName"]: _output(function, one, returned)
        for one in act.step.written.get("OutputParameters", ())
    }
    listed = [{"Name": name, "Value": text_of(value)} for name, value in outputs.items()]
    act.announce({"Lambda": {"Arn": function, "OutputParameters": listed}})
    return {"OutputParameters": outputs}


def _fail(act: StepAct) -> Mapping[str, Any]:
    message = str(act.resolve(act.step.arguments["ErrorMessage"]))
    act.announce({"Fail": {"ErrorMessage": message}})
    raise StepFailed(message)


def _told(returned: Any) -> str:
    match returned:
        case {"errorType": kind, "errorMessage": message}:
            return f"{kind}: {message}"
        case {"errorMessage": message}:
            return str(message)
    return json.dumps(returned)


def _output(function: str, output: Mapping[str, str], returned: Any) -> Any:
    name, kind = output["OutputName"], output.get("OutputType", "String")
    if not isinstance(returned, dict) or name not in returned:
        raise StepFailed(f"ClientError: Lambda function {function} returned no {name!r}.")
    value = returned[name]
    wanted = _OUTPUT_TYPES.get(kind, str)
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "Boolean"):
        raise StepFailed(
            f"ClientError: Lambda function {function} returned {value!r} for {name!r}, "
            f"which is not of type {kind}."
        )
    return value


_ACTS: Mapping[StepType, Callable[[StepAct], Mapping[str, Any]]] = {
    StepType.PROCESSING: run_processing,
    StepType.TRAINING: run_training,
    StepType.TUNING: run_tuning,
    StepType.CONDITION: _condition,
    StepType.REGISTER_MODEL: _register,
    StepType.LAMBDA: _lambda,
    StepType.FAIL: _fail,
}
