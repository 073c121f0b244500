"""Responsible for tenants' buckets: making, setting and removing one; not for what lies in it."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from backend.aws.ownership import expect_same_owner, is_owned, listed, tags_of
from backend.aws.session import AwsSession
from backend.aws.settling import once_settled
from backend.aws.translate import translated
from backend.domain.errors import AlreadyExists, Conflict, NotFound
from backend.domain.onboarding import StepKind
from backend.domain.removal import Outcome, Removal

# The region whose buckets are made without naming a region.
_UNNAMED_REGION = "us-east-1"
# Each call takes the setting of this name. The bucket is closed first and tells events last.
_CALLS = {
    "PublicAccessBlockConfiguration": "put_public_access_block",
    "OwnershipControls": "put_bucket_ownership_controls",
    "ServerSideEncryptionConfiguration": "put_bucket_encryption",
    "VersioningConfiguration": "put_bucket_versioning",
    "CORSConfiguration": "put_bucket_cors",
    "LifecycleConfiguration": "put_bucket_lifecycle_configuration",
    "NotificationConfiguration": "put_bucket_notification_configuration",
}


class Buckets:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _s3(self) -> Any:
        return self._session.client("s3")

    def bring(self, name: str, settings: Mapping[str, Any]) -> None:
        """Makes the bucket or sets it as given; AlreadyExists for somebody else's."""
        tags = settings["Tags"]
        found = self._tags(name)
        if found is None:
            self._create(name, tags)
        else:
            expect_same_owner(f"Bucket {name}", found, tags)
            self._s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": listed(tags)})
        for setting, call in _CALLS.items():
            put = partial(getattr(self._s3, call), Bucket=name, **{setting: settings[setting]})
            once_settled(put, "NoSuchBucket", "OperationAborted")
        self._s3.put_bucket_policy(Bucket=name, Policy=json.dumps(settings["Policy"]))

    def remove(self, name: str, tenant_id: str) -> Removal:
        """Removes the tenant's bucket with every version of every object in it."""
        found = self._tags(name)
        if found is None:
            return Removal(StepKind.BUCKET, name, Outcome.ABSENT)
        if not is_owned(found, tenant_id):
            return Removal(StepKind.BUCKET, name, Outcome.FOREIGN)
        self._abort_uploads(name)
        versions = 0
        while batch := self._some_versions(name):
            versions += self._delete(name, batch)
        sentence = f"Something was put into bucket {name} while it was emptied: try again."
        with translated(sentence, BucketNotEmpty=Conflict):
            self._s3.delete_bucket(Bucket=name)
        return Removal(StepKind.BUCKET, name, Outcome.REMOVED, f"{versions} object versions")

    def _tags(self, name: str) -> dict[str, str] | None:
        """The bucket's tags; None when there is no such bucket."""
        try:
            with translated(NoSuchBucket=NotFound, NoSuchTagSet=AlreadyExists):
                return tags_of(self._s3.get_bucket_tagging(Bucket=name)["TagSet"])
        except NotFound:
            return None
        except AlreadyExists:
            return {}

    def _create(self, name: str, tags: Mapping[str, str]) -> None:
        """The tags come with the bucket, so a bucket without them was made by somebody else."""
        configuration: dict[str, Any] = {"Tags": listed(tags)}
        if self._session.region != _UNNAMED_REGION:
            configuration["LocationConstraint"] = self._session.region
        sentence = f"Bucket name {name} is taken by another account: choose another tenant id."
        with translated(sentence, BucketAlreadyExists=AlreadyExists):
            self._s3.create_bucket(Bucket=name, CreateBucketConfiguration=configuration)

    def _some_versions(self, name: str) -> list[dict[str, str]]:
        """At most a thousand, as many as S3 deletes at once; none when the bucket is empty."""
        page = self._s3.list_object_versions(Bucket=name)
        entries = page.get("Versions", []) + page.get("DeleteMarkers", [])
        return [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]

    def _delete(self, name: str, batch: list[dict[str, str]]) -> int:
        answer = self._s3.delete_objects(Bucket=name, Delete={"Objects": batch, "Quiet": True})
        for error in answer.get("Errors", []):
            raise Conflict(
                f"{error['Key']} in bucket {name} could not be deleted: {error['Code']}: "
                f"{error.get('Message', '')} Try again."
            )
        return len(batch)

    def _abort_uploads(self, name: str) -> None:
        for page in self._s3.get_paginator("list_multipart_uploads").paginate(Bucket=name):
            for upload in page.get("Uploads", []):
                self._s3.abort_multipart_upload(
                    Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"]
                )
