"""Responsible for the names of everything in the cloud; a name is born here or nowhere."""

import hashlib
import re

from backend.domain.errors import Invalid

PROJECT = "mlaas"
STACK = PROJECT
ARTEFACTS_STACK = "mlaas-artefacts"
WATCHING_STACK = "mlaas-watching"
COSTS_STACK = "mlaas-costs"

TENANT_TAG = "tenant-id"
TIER_TAG = "tier"
BUILD_TAG = "build-id"
PROJECT_TAG = "project"
COST_TAGS = (TENANT_TAG, TIER_TAG, BUILD_TAG, PROJECT_TAG)
# What carries it was made up, to have something to show.
SYNTHETIC_TAG = "synthetic"

TENANTS_TABLE = "mlaas-tenants"
BUILDS_TABLE = "mlaas-builds"
SLOTS_TABLE = "mlaas-slots"
TIERS_TABLE = "mlaas-tiers"
ALGORITHMS_TABLE = "mlaas-algorithms"
SETTINGS_TABLE = "mlaas-settings"
AUDIT_TABLE = "mlaas-audit"
COSTS_TABLE = "mlaas-costs"
INVOICES_TABLE = "mlaas-invoices"
WAITING_INDEX = "waiting"
BY_TIME_INDEX = "by-time"
BY_STATE_INDEX = "by-state"
BY_END_INDEX = "by-end"
BY_MONTH_INDEX = "by-month"

PIPELINE = "mlaas-build"
TUNED_PIPELINE = "mlaas-build-tuned"
IMAGES_PROJECT = "mlaas-images"
PORTAL_ROLE = "mlaas-portal"

INTAKE_FUNCTION = "mlaas-intake"
DISPATCH_FUNCTION = "mlaas-dispatch"
SWEEP_FUNCTION = "mlaas-sweep"
RECORDER_FUNCTION = "mlaas-recorder"
RECORD_BUILD_FUNCTION = "mlaas-record-build"
METRICS_FUNCTION = "mlaas-metrics"
COST_SYNC_FUNCTION = "mlaas-cost-sync"

METRICS_NAMESPACE = "MLaaS"
TIER_DIMENSION = "Tier"

PROVIDERS_GROUP = "providers"
TENANT_CLAIM = "custom:tenant_id"

UPLOADS = "uploads/"
BUILDS = "builds/"

_TENANT_ID = re.compile(r"[a-z](?:-?[a-z0-9]){2,19}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._()+@=-]+")
_FILE_NAME_LIMIT = 120


def checked_tenant_id(tenant_id: str) -> str:
    """The id itself, when it can name a bucket, roles and a rule; raises Invalid otherwise."""
    if len(tenant_id) > 20 or not _TENANT_ID.fullmatch(tenant_id):
        raise Invalid(
            f"Tenant id {tenant_id!r} cannot be used: give 3 to 20 lower-case letters, digits and "
            "single hyphens, beginning with a letter, such as 'acme-retail'."
        )
    return tenant_id


def queue_of(tier: str) -> str:
    return f"{PROJECT}-{tier}"


def dead_letters_of(tier: str) -> str:
    return f"{PROJECT}-{tier}-dead-letters"


def tier_of_queue(queue_arn: str) -> str:
    """The tier whose queue this is."""
    return queue_arn.rsplit(":", 1)[-1].removeprefix(f"{PROJECT}-")


def bucket_of(tenant_id: str, account: str) -> str:
    return f"{PROJECT}-tenant-{tenant_id}-{account}"


def artefact_bucket(account: str) -> str:
    return f"{PROJECT}-artefacts-{account}"


def access_role_of(tenant_id: str) -> str:
    """The role whose credentials the portal works with on the tenant's behalf."""
    return f"{PROJECT}-tenant-{tenant_id}-access"


def execution_role_of(tenant_id: str) -> str:
    """The role of the tenant's jobs."""
    return f"{PROJECT}-tenant-{tenant_id}-execution"


def rule_of(tenant_id: str) -> str:
    return f"{PROJECT}-upload-{tenant_id}"


def model_group_of(tenant_id: str) -> str:
    return f"{PROJECT}-{tenant_id}"


def role_arn(role: str, account: str) -> str:
    return f"arn:aws:iam::{account}:role/{role}"


def queue_arn(queue: str, account: str, region: str) -> str:
    return f"arn:aws:sqs:{region}:{account}:{queue}"


def repository_of(image: str) -> str:
    return f"{PROJECT}/{image}"


def image_uri(name: str, tag: str, account: str, region: str) -> str:
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{repository_of(name)}:{tag}"


def build_id_of(bucket: str, key: str, version_id: str) -> str:
    """32 hexadecimal digits that depend on the object's version alone.

    Every delivery of one upload's event therefore names one build, and the id is long enough to
    be StartPipelineExecution's ClientRequestToken (32 to 128 characters).
    """
    return hashlib.sha256(f"{bucket}/{key}@{version_id}".encode()).hexdigest()[:32]


def retry_id_of(build_id: str) -> str:
    """The id of the build that tries a build again: asked twice, it is one retry."""
    return hashlib.sha256(f"{build_id}/retry".encode()).hexdigest()[:32]


def stop_token_of(build_id: str) -> str:
    """StopPipelineExecution's token: however often a stop is asked for, it is one."""
    return f"{build_id}-stop"


def execution_name_of(tier: str, build_id: str) -> str:
    return f"{tier}-{build_id}"


def upload_key_of(file_name: str) -> str:
    """The key of an uploaded file: its last path component, kept readable and harmless."""
    bare = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    safe = _UNSAFE.sub("_", bare).lstrip(".")[-_FILE_NAME_LIMIT:]
    if not safe.strip("_"):
        raise Invalid(f"File name {file_name[:60]!r} has no usable characters: rename the file.")
    return UPLOADS + safe


def build_prefix_of(build_id: str) -> str:
    return f"{BUILDS}{build_id}/"


def input_key_of(build_id: str, key: str) -> str:
    """Where a build's own copy of the uploaded version lies."""
    name = _UNSAFE.sub("_", key.rsplit("/", 1)[-1]) or "data"
    return f"{build_prefix_of(build_id)}input/{name}"


def s3_uri(bucket: str, key: str) -> str:
    return f"s3://{bucket}/{key}"


def split_s3_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an s3:// URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
