"""Responsible for what the steps ask of SageMaker: boto3's requests, every value of them given.

`given` holds the pipeline's parameters by name. CacheConfig stays off everywhere: its key leaves
out role, tags and output path, so that one tenant could be served another's artefacts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.pipeline.parameters import TAGS

Given = Mapping[str, Any]
Request = dict[str, Any]

METRIC = "validation:score"
METRIC_REGEX = "validation_score=([-+0-9.eE]+)"
_FOLDER = "/opt/ml/processing"


def processing(
    given: Given,
    image: Any,
    *,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    arguments: Sequence[Any] = (),
) -> Request:
    """Inputs and outputs are URIs by name; each lies in the folder of its name."""
    application: Request = {"ImageUri": image}
    if arguments:
        application["ContainerArguments"] = list(arguments)
    return {
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": given["ProcessingInstanceType"],
                "InstanceCount": 1,
                "VolumeSizeInGB": given["VolumeSizeInGB"],
            }
        },
        "AppSpecification": application,
        "ProcessingInputs": [_input(name, uri) for name, uri in inputs.items()],
        "ProcessingOutputConfig": {
            "Outputs": [_output(name, uri) for name, uri in outputs.items()]
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": given["MaxRuntimeInSeconds"]},
        "RoleArn": given["ExecutionRoleArn"],
        "Tags": _tags(given),
    }


def training(given: Given, *, channels: Mapping[str, Any], output: Any) -> Request:
    return {
        **_job(given, channels, output),
        "HyperParameters": _hyperparameters(given),
        "Tags": _tags(given),
    }


def tuning(given: Given, *, channels: Mapping[str, Any], output: Any) -> Request:
    return {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": METRIC},
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": given["MaxTuningJobs"],
                "MaxParallelTrainingJobs": given["MaxParallelTuningJobs"],
            },
            "ParameterRanges": {
                "ContinuousParameterRanges": [_range(given, "TunedContinuous", "Logarithmic")],
                "IntegerParameterRanges": [_range(given, "TunedInteger", "Linear")],
            },
            "TrainingJobEarlyStoppingType": "Off",
            "RandomSeed": given["Seed"],
        },
        "TrainingJobDefinition": {
            **_job(given, channels, output),
            "StaticHyperParameters": _hyperparameters(given),
        },
        "Tags": _tags(given),
    }


def registration(given: Given, *, model: Any, evaluation: Any) -> Request:
    """Without Tags: SageMaker forbids them on a package of a group."""
    return {
        "ModelPackageGroupName": given["ModelPackageGroupName"],
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [{"Image": given["TrainingImageUri"], "ModelDataUrl": model}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "ModelMetrics": {
            "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": evaluation}}
        },
        "CustomerMetadataProperties": {
            **{tag: given[parameter] for tag, parameter in TAGS.items()},
            "algorithm": given["Algorithm"],
        },
    }


def _input(name: str, uri: Any) -> Request:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{_FOLDER}/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        },
    }


def _output(name: str, uri: Any) -> Request:
    return {
        "OutputName": name,
        "S3Output": {
            "S3Uri": uri,
            "LocalPath": f"{_FOLDER}/{name}",
            "S3UploadMode": "EndOfJob",
        },
    }


def _job(given: Given, channels: Mapping[str, Any], output: Any) -> Request:
    return {
        "AlgorithmSpecification": {
            "TrainingImage": given["TrainingImageUri"],
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": METRIC, "Regex": METRIC_REGEX}],
        },
        "InputDataConfig": [_channel(name, uri) for name, uri in channels.items()],
        "OutputDataConfig": {"S3OutputPath": output},
        "ResourceConfig": {
            "InstanceType": given["TrainingInstanceType"],
            "InstanceCount": given["TrainingInstanceCount"],
            "VolumeSizeInGB": given["VolumeSizeInGB"],
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": given["MaxRuntimeInSeconds"]},
        "RoleArn": given["ExecutionRoleArn"],
    }


def _channel(name: str, uri: Any) -> Request:
    return {
        "ChannelName": name,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": uri,
                "S3DataDistributionType": "FullyReplicated",
            }
        },
    }


def _hyperparameters(given: Given) -> Request:
    """Values are texts. Those that tuning searches arrive beside these, under their own names."""
    return {"parameters": given["HyperParameters"], "seed": given["Seed"].to_string()}


def _range(given: Given, which: str, scale: str) -> Request:
    return {
        "Name": given[f"{which}Name"],
        "MinValue": given[f"{which}Min"],
        "MaxValue": given[f"{which}Max"],
        "ScalingType": scale,
    }


def _tags(given: Given) -> list[Request]:
    return [{"Key": tag, "Value": given[parameter]} for tag, parameter in TAGS.items()]
