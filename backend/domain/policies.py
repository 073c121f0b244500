"""Responsible for a tenant's policies: what its roles may do and who may act as them."""

from collections.abc import Sequence
from typing import Any

from backend.domain import naming
from backend.domain.site import Site

Document = dict[str, Any]

SAGEMAKER = "sagemaker.amazonaws.com"
_JOB_LOGS = ("/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs")


def access_trust(site: Site, tenant_id: str) -> Document:
    """The portal alone may act for the tenant, and must say for which: a mix-up is refused."""
    return _document(
        {
            "Sid": "PortalForThisTenant",
            "Effect": "Allow",
            "Principal": {"AWS": naming.role_arn(naming.PORTAL_ROLE, site.account)},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": tenant_id}},
        }
    )


def access_policy(site: Site, tenant_id: str) -> Document:
    """What the tenant's people may do: send uploads, see builds, judge and download models."""
    bucket = bucket_arn(site, tenant_id)
    return _document(
        {
            "Sid": "SendUploads",
            "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
            "Resource": f"{bucket}/{naming.UPLOADS}*",
        },
        {
            "Sid": "ResumeUploads",
            "Effect": "Allow",
            "Action": "s3:ListBucketMultipartUploads",
            "Resource": bucket,
        },
        {
            "Sid": "DownloadModels",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": f"{bucket}/{naming.BUILDS}*",
        },
        {
            "Sid": "SeeOwnBuilds",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": _builds(site),
            "Condition": _own_rows(tenant_id),
        },
        {
            "Sid": "SeeOwnCosts",
            "Effect": "Allow",
            "Action": "dynamodb:Query",
            "Resource": site.arn("dynamodb", f"table/{naming.COSTS_TABLE}"),
            "Condition": _own_rows(tenant_id),
        },
        {
            "Sid": "SeeOwnInvoices",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": site.arn("dynamodb", f"table/{naming.INVOICES_TABLE}"),
            "Condition": _own_rows(tenant_id),
        },
        {
            "Sid": "ListModels",
            "Effect": "Allow",
            # AWS's guide to sharing a group names both resources for this action.
            "Action": "sagemaker:ListModelPackages",
            "Resource": [model_group_arn(site, tenant_id), model_versions_arn(site, tenant_id)],
        },
        {
            "Sid": "JudgeModels",
            "Effect": "Allow",
            "Action": ["sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"],
            "Resource": model_versions_arn(site, tenant_id),
        },
    )


def execution_trust(site: Site) -> Document:
    """SageMaker may act as the role, for jobs of this account alone."""
    return _document(
        {
            "Sid": "JobsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": SAGEMAKER},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": site.account}},
        }
    )


def execution_policy(site: Site, tenant_id: str) -> Document:
    """What the tenant's jobs may do: work in builds' folders, pull images, write logs."""
    bucket = bucket_arn(site, tenant_id)
    return _document(
        {
            "Sid": "WorkInBuilds",
            "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            "Resource": f"{bucket}/{naming.BUILDS}*",
        },
        {"Sid": "FindInputs", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
        {
            "Sid": "PullImages",
            "Effect": "Allow",
            "Action": [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            "Resource": site.arn("ecr", f"repository/{naming.repository_of('*')}"),
        },
        {
            "Sid": "SignInToRegistry",
            "Effect": "Allow",
            "Action": "ecr:GetAuthorizationToken",
            # The token is for the account's whole registry: the action takes no resource.
            "Resource": "*",
        },
        {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ],
            "Resource": [
                site.arn("logs", f"log-group:{group}{suffix}")
                for group in _JOB_LOGS
                for suffix in ("", ":*")
            ],
        },
        {
            "Sid": "PutMetrics",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            # Metrics have no resource; the namespace is what can be narrowed.
            "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
        },
    )


def bucket_policy(bucket: str) -> Document:
    """Nobody may speak to the bucket in the clear."""
    arn = f"arn:aws:s3:::{bucket}"
    return _document(
        {
            "Sid": "OnlyOverTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            # No request from a loopback address ever reaches AWS; an endpoint on this machine
            # speaks plain HTTP and is exempt.
            "Condition": {
                "Bool": {"aws:SecureTransport": "false"},
                "NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"},
            },
        }
    )


def bucket_arn(site: Site, tenant_id: str) -> str:
    return f"arn:aws:s3:::{naming.bucket_of(tenant_id, site.account)}"


def model_group_arn(site: Site, tenant_id: str) -> str:
    return site.arn("sagemaker", f"model-package-group/{naming.model_group_of(tenant_id)}")


def model_versions_arn(site: Site, tenant_id: str) -> str:
    return site.arn("sagemaker", f"model-package/{naming.model_group_of(tenant_id)}/*")


def _builds(site: Site) -> Sequence[str]:
    """The table and those indexes whose partition key is the tenant."""
    table = site.arn("dynamodb", f"table/{naming.BUILDS_TABLE}")
    return [
        table,
        *(f"{table}/index/{each}" for each in (naming.BY_TIME_INDEX, naming.BY_END_INDEX)),
    ]


def _own_rows(tenant_id: str) -> Document:
    # ForAllValues is true of no keys at all, which is what a scan has: hence Null.
    return {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [tenant_id]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
