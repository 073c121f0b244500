"""Responsible for how each of a tenant's resources is set, in the words of its AWS call."""

from typing import Any

from backend.domain import naming, policies
from backend.domain.new_tenant import NewTenant
from backend.domain.site import Site

Settings = dict[str, Any]

UNFINISHED_UPLOADS_LAST_DAYS = 1
OLD_VERSIONS_LAST_DAYS = 30


def bucket(new: NewTenant, site: Site) -> Settings:
    name = naming.bucket_of(new.tenant_id, site.account)
    return {
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "ServerSideEncryptionConfiguration": {
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "CORSConfiguration": {
            "CORSRules": [
                {
                    "AllowedOrigins": [site.portal_url],
                    "AllowedMethods": ["PUT", "GET"],
                    "AllowedHeaders": ["*"],
                    "ExposeHeaders": ["ETag"],
                    "MaxAgeSeconds": 3000,
                }
            ]
        },
        "LifecycleConfiguration": {"Rules": _lifecycle_rules()},
        "NotificationConfiguration": {"EventBridgeConfiguration": {}},
        "Policy": policies.bucket_policy(name),
        "Tags": new.tags(),
    }


def access_role(new: NewTenant, site: Site) -> Settings:
    return {
        "Description": f"What the portal may do on behalf of tenant {new.tenant_id}",
        "MaxSessionDuration": 3600,
        "AssumeRolePolicyDocument": policies.access_trust(site, new.tenant_id),
        "PolicyDocument": policies.access_policy(site, new.tenant_id),
        "Tags": new.tags(),
    }


def execution_role(new: NewTenant, site: Site) -> Settings:
    return {
        "Description": f"What the jobs of tenant {new.tenant_id} may do",
        "MaxSessionDuration": 3600,
        "AssumeRolePolicyDocument": policies.execution_trust(site),
        "PolicyDocument": policies.execution_policy(site, new.tenant_id),
        "Tags": new.tags(),
    }


def model_group(new: NewTenant) -> Settings:
    return {"Description": f"Models of tenant {new.tenant_id}", "Tags": new.tags()}


def rule(new: NewTenant, site: Site) -> Settings:
    """Uploads become requests on the tier's queue, with the tenant's id as a constant in them."""
    paths = {
        "bucket": "$.detail.bucket.name",
        "key": "$.detail.object.key",
        "version_id": "$.detail.object.version-id",
        "size": "$.detail.object.size",
        "uploaded_at": "$.time",
    }
    # EventBridge puts quotes around a text by itself, and none around a number.
    fields = [f'"tenant_id": "{new.tenant_id}"', *(f'"{name}": <{name}>' for name in paths)]
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [naming.bucket_of(new.tenant_id, site.account)]},
            "object": {"key": [{"prefix": naming.UPLOADS}]},
        },
    }
    target = {
        "Id": "requests",
        "Arn": naming.queue_arn(naming.queue_of(new.tier), site.account, site.region),
        "InputTransformer": {
            "InputPathsMap": paths,
            "InputTemplate": "{" + ", ".join(fields) + "}",
        },
        "SqsParameters": {"MessageGroupId": new.tenant_id},
    }
    return {
        "Description": f"Uploads of tenant {new.tenant_id} ask for builds",
        "State": "ENABLED",
        "EventPattern": pattern,
        "Targets": [target],
        "Tags": new.tags(),
    }


def user(new: NewTenant) -> Settings:
    return {
        "UserAttributes": {
            "email": new.first_user,
            "email_verified": "true",
            naming.TENANT_CLAIM: new.tenant_id,
        },
        "DesiredDeliveryMediums": ["EMAIL"],
    }


def _lifecycle_rules() -> list[dict[str, Any]]:
    """A build's split data stay: S3 takes no pattern such as `builds/*/train/` for a prefix."""
    return [
        {
            "ID": "unfinished-uploads",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_UPLOADS_LAST_DAYS},
        },
        {
            "ID": "old-versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_LAST_DAYS},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        },
    ]
