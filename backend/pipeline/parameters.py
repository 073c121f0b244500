"""Responsible for the pipelines' parameters: their names and, where there is one, their default."""

from backend.domain import naming

Default = str | int | float

REQUIRED = (
    "TenantId",
    "Tier",
    "BuildId",
    "InputDataS3Uri",
    "OutputS3Uri",
    "ExecutionRoleArn",
    "ModelPackageGroupName",
    "PreprocessImageUri",
    "EvaluateImageUri",
    "TrainingImageUri",
    "Algorithm",
)
DEFAULTS: dict[str, Default] = {
    "Project": naming.PROJECT,
    "ProcessingInstanceType": "ml.m5.large",
    "TrainingInstanceType": "ml.m5.large",
    "TrainingInstanceCount": 1,
    "VolumeSizeInGB": 30,
    "MaxRuntimeInSeconds": 3600,
    "Target": "",
    "Objective": "auto",
    "HyperParameters": "{}",
    "Seed": 0,
    "MinimumSkill": 0.0,
}
TUNED_REQUIRED = (
    "TunedContinuousName",
    "TunedContinuousMin",
    "TunedContinuousMax",
    "TunedIntegerName",
    "TunedIntegerMin",
    "TunedIntegerMax",
)
TUNED_DEFAULTS: dict[str, Default] = {"MaxTuningJobs": 6, "MaxParallelTuningJobs": 2}

TAGS = {
    naming.TENANT_TAG: "TenantId",
    naming.TIER_TAG: "Tier",
    naming.BUILD_TAG: "BuildId",
    naming.PROJECT_TAG: "Project",
}


def declared(*, tuned: bool) -> dict[str, Default | None]:
    """Every parameter of a pipeline with its default; None where a start has to give a value."""
    required = REQUIRED + (TUNED_REQUIRED if tuned else ())
    return dict.fromkeys(required) | DEFAULTS | (TUNED_DEFAULTS if tuned else {})
