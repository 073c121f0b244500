"""Responsible for an execution's parameters: the registry decides them, never a message."""

from backend.domain import naming
from backend.domain.algorithm import Algorithm
from backend.domain.build import Build
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier


def parameters_of(build: Build, tenant: Tenant, tier: Tier, algorithm: Algorithm) -> dict[str, str]:
    """Pipeline parameters of build.json, or of build-tuned.json for a tuned build.

    Raises Invalid when the tier does not take the build any more: it may have changed meanwhile.
    """
    instance_type = tier.instance_type_for(build.upload.size)
    parameters = {
        "TenantId": tenant.tenant_id,
        "Tier": tier.name,
        "BuildId": build.build_id,
        "InputDataS3Uri": naming.s3_uri(tenant.bucket, build.input_key),
        "OutputS3Uri": naming.s3_uri(tenant.bucket, naming.build_prefix_of(build.build_id)[:-1]),
        "ExecutionRoleArn": tenant.execution_role_arn,
        "ModelPackageGroupName": tenant.model_group,
        "TrainingImageUri": algorithm.image_uri,
        "ProcessingInstanceType": instance_type,
        "TrainingInstanceType": instance_type,
        "Algorithm": algorithm.algorithm,
        "Target": build.choices.target,
        "Objective": build.choices.objective.value,
        "HyperParameters": build.choices.parameters,
        "MaxRuntimeInSeconds": str(tier.max_runtime_seconds),
        "MinimumSkill": str(tenant.minimum_skill),
    }
    return parameters | (_tuning(tier, algorithm) if build.choices.tuned else {})


def _tuning(tier: Tier, algorithm: Algorithm) -> dict[str, str]:
    tuning = tier.own_tuning()
    return {
        "TunedContinuousName": algorithm.tuned_continuous.name,
        "TunedContinuousMin": algorithm.tuned_continuous.minimum,
        "TunedContinuousMax": algorithm.tuned_continuous.maximum,
        "TunedIntegerName": algorithm.tuned_integer.name,
        "TunedIntegerMin": algorithm.tuned_integer.minimum,
        "TunedIntegerMax": algorithm.tuned_integer.maximum,
        "MaxTuningJobs": str(tuning.max_jobs),
        "MaxParallelTuningJobs": str(tuning.max_parallel_jobs),
    }
