"""Responsible for objects in S3: what was uploaded, multipart uploads, links that expire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class UnfinishedUpload:
    """A multipart upload that was begun and neither completed nor aborted."""

    upload_id: str
    key: str
    begun_at: datetime


class Objects:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _s3(self) -> Any:
        return self._session.client("s3")

    @property
    def origin(self) -> str:
        """Where links to objects lead, as a browser's security policy names it."""
        return str(self._s3.meta.endpoint_url)

    def metadata(self, bucket: str, key: str, version_id: str) -> dict[str, str]:
        """The user metadata of one version; NotFound when it was deleted since."""
        sentence = f"The uploaded version of {key!r} is gone: upload the file again."
        kinds = {"404": NotFound, "NoSuchKey": NotFound, "NoSuchVersion": NotFound}
        with translated(sentence, **kinds):
            head = self._s3.head_object(Bucket=bucket, Key=key, VersionId=version_id)
        return dict(head["Metadata"])

    def expect(self, bucket: str, key: str, sentence: str) -> None:
        """Raises NotFound with the sentence when there is no such object to read."""
        # S3 tells 404 only those who may list the bucket.
        with translated(sentence, **{"403": NotFound, "404": NotFound}):
            self._s3.head_object(Bucket=bucket, Key=key)

    def copy(self, bucket: str, key: str, version_id: str, *, to: str) -> None:
        """Copies one version within its bucket; at most 5 GiB, S3's limit for one request."""
        sentence = f"The uploaded version of {key!r} is gone: upload the file again."
        with translated(sentence, NoSuchKey=NotFound, NoSuchVersion=NotFound):
            self._s3.copy_object(
                Bucket=bucket,
                Key=to,
                CopySource={"Bucket": bucket, "Key": key, "VersionId": version_id},
                MetadataDirective="REPLACE",
                Metadata={"version-id": version_id},
                # The upload's own tags stay with it: to copy them takes more rights than to read.
                TaggingDirective="REPLACE",
            )

    def read_json(self, uri: str) -> Any:
        bucket, key = naming.split_s3_uri(uri)
        with translated(f"There is no object at {uri}.", NoSuchKey=NotFound):
            return json.load(self._s3.get_object(Bucket=bucket, Key=key)["Body"])

    def link(self, uri: str, *, seconds: int, file_name: str) -> str:
        """A URL that downloads the object under `file_name` until it expires."""
        bucket, key = naming.split_s3_uri(uri)
        return str(
            self._s3.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": bucket,
                    "Key": key,
                    "ResponseContentDisposition": f'attachment; filename="{file_name}"',
                },
                ExpiresIn=seconds,
            )
        )

    def begin(
        self, bucket: str, key: str, *, content_type: str, metadata: Mapping[str, str]
    ) -> str:
        """Begins a multipart upload and returns its id."""
        begun = self._s3.create_multipart_upload(
            Bucket=bucket, Key=key, ContentType=content_type, Metadata=dict(metadata)
        )
        return str(begun["UploadId"])

    def part_link(
        self, bucket: str, key: str, upload_id: str, number: int, *, size: int, seconds: int
    ) -> str:
        """A URL that takes exactly `size` bytes as part `number`."""
        return str(
            self._s3.generate_presigned_url(
                "upload_part",
                Params={
                    "Bucket": bucket,
                    "Key": key,
                    "UploadId": upload_id,
                    "PartNumber": number,
                    "ContentLength": size,
                },
                ExpiresIn=seconds,
            )
        )

    def parts(self, bucket: str, key: str, upload_id: str) -> dict[int, tuple[str, int]]:
        """ETag and size of each part that has arrived, by number."""
        sentence = f"The upload of {key!r} was aborted or has expired: begin it again."
        pages = self._s3.get_paginator("list_parts")
        with translated(sentence, NoSuchUpload=NotFound):
            return {
                part["PartNumber"]: (part["ETag"], part["Size"])
                for page in pages.paginate(Bucket=bucket, Key=key, UploadId=upload_id)
                for part in page.get("Parts", [])
            }

    def complete(
        self, bucket: str, key: str, upload_id: str, parts: Mapping[int, tuple[str, int]]
    ) -> None:
        sentence = f"The upload of {key!r} does not fit together: begin it again."
        kinds = {"NoSuchUpload": NotFound, "InvalidPart": Invalid, "EntityTooSmall": Invalid}
        with translated(sentence, **kinds):
            self._s3.complete_multipart_upload(
                Bucket=bucket,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={
                    "Parts": [
                        {"PartNumber": number, "ETag": parts[number][0]} for number in sorted(parts)
                    ]
                },
            )

    def abort(self, bucket: str, key: str, upload_id: str) -> None:
        """Gives up an upload; one that is gone already is left at that."""
        try:
            with translated(NoSuchUpload=NotFound):
                self._s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
        except NotFound:
            return

    def unfinished(self, bucket: str) -> list[UnfinishedUpload]:
        pages = self._s3.get_paginator("list_multipart_uploads")
        return [
            UnfinishedUpload(upload["UploadId"], upload["Key"], upload["Initiated"])
            for page in pages.paginate(Bucket=bucket, Prefix=naming.UPLOADS)
            for upload in page.get("Uploads", [])
        ]
