"""Responsible for a job's data: down from S3 and up to it, with nothing but the job's own role."""

import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from backend.domain.naming import split_s3_uri
from backend.embedded.faults import JobFailed

_CHUNK = 1024 * 1024
# A model is packed once and unpacked once, so little is gained by squeezing it harder.
_COMPRESSION = 1


class JobData:
    def __init__(self, s3: Any, role_arn: str, region: str) -> None:
        self._s3, self._role_arn, self._region = s3, role_arn, region

    def download(self, uri: str, folder: Path) -> None:
        """Every object whose key begins with the URI's; JobFailed, naming the URI, if none may be.

        An object named by its whole key keeps its last part, the others their path below it.
        """
        bucket, prefix = split_s3_uri(uri)
        try:
            keys = [key for key in self._keys(bucket, prefix) if not key.endswith("/")]
        except (ClientError, BotoCoreError) as refusal:
            raise self._nothing_at(uri, _message(refusal)) from refusal
        if not keys:
            raise self._nothing_at(uri, "no object has this prefix")
        for key in keys:
            self._fetch(bucket, key, _inside(folder, _below(prefix, key)))

    def upload_folder(self, folder: Path, uri: str) -> None:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.upload_file(file, f"{uri.rstrip('/')}/{file.relative_to(folder).as_posix()}")

    def upload_file(self, file: Path, uri: str) -> None:
        bucket, key = split_s3_uri(uri)
        try:
            with file.open("rb") as body:
                self._s3.put_object(Bucket=bucket, Key=key, Body=body)
        except (ClientError, BotoCoreError) as refusal:
            raise JobFailed(
                f"ClientError: Data upload failed: {uri}: {_message(refusal)}"
            ) from refusal

    def upload_archive(self, folder: Path, uri: str, archive: Path) -> None:
        """The folder as a .tar.gz whose paths begin inside it."""
        with tarfile.open(archive, "w:gz", compresslevel=_COMPRESSION) as bundle:
            for entry in sorted(folder.iterdir()):
                bundle.add(entry, entry.name)
        self.upload_file(archive, uri)

    def _keys(self, bucket: str, prefix: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"]

    def _fetch(self, bucket: str, key: str, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            # get_object streams; download_file's ranged reads load the object anew for each part.
            body = self._s3.get_object(Bucket=bucket, Key=key)["Body"]
            with file.open("wb") as target:
                shutil.copyfileobj(body, target, _CHUNK)
        except (ClientError, BotoCoreError) as refusal:
            raise JobFailed(
                f"ClientError: Data download failed: s3://{bucket}/{key}: {_message(refusal)}"
            ) from refusal

    def _nothing_at(self, uri: str, why: str) -> JobFailed:
        bucket, _ = split_s3_uri(uri)
        return JobFailed(
            f'ClientError: No S3 objects found under S3 URL "{uri}" given in input data source. '
            f"Please ensure that the bucket exists in the selected region ({self._region}), that "
            f'objects exist under that S3 prefix, and that the role "{self._role_arn}" has '
            f'"s3:ListBucket" permissions on bucket "{bucket}". Error message from S3: {why}'
        )


def _below(prefix: str, key: str) -> str:
    if key.startswith(f"{prefix.rstrip('/')}/"):
        return key.removeprefix(prefix).lstrip("/")
    return key.removeprefix(prefix.rpartition("/")[0]).lstrip("/")


def _inside(folder: Path, below: str) -> Path:
    """Where an object lands; a key such as `a/../../b` must not lead out of the job's folder."""
    file = (folder / below).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise JobFailed(f"ClientError: Data download failed: key {below!r} leads out of its folder")
    return file


def _message(refusal: ClientError | BotoCoreError) -> str:
    if isinstance(refusal, ClientError):
        error = refusal.response["Error"]
        return f"{error.get('Code', 'Error')}: {error.get('Message', '')}"
    return str(refusal)
