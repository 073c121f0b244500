"""Responsible for container images: CodeBuild makes them, ECR lists them, a folder holds each."""

import hashlib
import io
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import codebuild, ecr, s3

from backend.domain import naming
from backend.embedded.delivery import role_allows
from backend.embedded.faults import JobFailed

_SERVICE = "codebuild.amazonaws.com"
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:PutImage",
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_URI = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([a-z0-9._/-]+):([^:@/]+)")
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_folders: list[Path] = []


class ImageNotFound(JobFailed):
    """The image of a job is not there; worded as AWS does."""


class _Failed(Exception):
    """A build that failed, and in which phase."""

    def __init__(self, phase: str, sentence: str) -> None:
        super().__init__(sentence)
        self.phase = phase


@dataclass(frozen=True, slots=True)
class _Source:
    """What a build is to make images of."""

    bucket: str
    key: str
    tag: str
    role_arn: str
    project_arn: str


def install(state: Path) -> None:
    """Builds make images that jobs can run; ministack's builds only say they did."""
    _folders[:] = [state / "images"]
    module: Any = codebuild
    module._start_build = _build(module._start_build)


def folder_of(image_uri: str) -> Path:
    """Where the image's files lie; raises ImageNotFound unless ECR lists repository and tag."""
    found = _URI.fullmatch(image_uri)
    if found is None:
        raise ImageNotFound(
            f"ClientError: Invalid image URI {image_uri}. Please provide a valid one."
        )
    account, region, repository, tag = found.groups()
    if ecr._repositories.get_scoped(account, region, repository) is None:
        raise ImageNotFound(
            f"ClientError: Cannot find repository: {repository} in registry ID: {account} "
            f"for image {image_uri}. Please check if your ECR repository exists."
        )
    listed = ecr._images.get_scoped(account, region, repository) or []
    folder = _folder(repository, tag)
    if not any(tag in image["imageTags"] for image in listed) or not folder.is_dir():
        raise ImageNotFound(f"ClientError: Requested image {image_uri} not found.")
    return folder


def _folder(repository: str, tag: str) -> Path:
    return _folders[0] / tag / repository.removeprefix(naming.repository_of(""))


def _build(record: Any) -> Any:
    """StartBuild answers at once, and the build ends as it would on AWS a few minutes later."""

    def start(request: dict[str, Any]) -> Any:
        answer = record(request)
        if answer[0] != 200:
            return answer
        started = json.loads(answer[2])["build"]
        kept = codebuild._builds[started["id"]]
        _describe_source(kept, request)
        try:
            _make(_source(codebuild._projects[kept["projectName"]], request))
        except _Failed as failure:
            _mark_failed(kept, failure)
        running = {
            **kept, "buildStatus": "IN_PROGRESS", "currentPhase": "SUBMITTED", "phases": [],
        }  # fmt: skip
        running.pop("endTime")
        return answer[0], answer[1], json.dumps({"build": running}).encode()

    return start


def _source(project: Mapping[str, Any], request: Mapping[str, Any]) -> _Source:
    location = request.get("sourceLocationOverride") or project["source"].get("location", "")
    kind = request.get("sourceTypeOverride") or project["source"].get("type")
    given = [
        *project["environment"].get("environmentVariables", []),
        *request.get("environmentVariablesOverride", []),
    ]
    tag = {variable["name"]: variable["value"] for variable in given}.get("IMAGE_TAG", "")
    bucket, _, key = location.removeprefix("arn:aws:s3:::").partition("/")
    if kind != "S3" or not key or not _TAG.fullmatch(tag):
        raise _Failed(
            "DOWNLOAD_SOURCE",
            "The embedded cloud builds images only, from an archive in S3 and under IMAGE_TAG: "
            f"the source is {kind} {location!r} and the tag {tag!r}.",
        )
    return _Source(bucket, key, tag, project["serviceRole"], project["arn"])


def _make(source: _Source) -> None:
    archive = _download(source)
    with tempfile.TemporaryDirectory(prefix="images-") as place:
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
                bundle.extractall(place)
        except zipfile.BadZipFile as fault:
            raise _Failed("DOWNLOAD_SOURCE", f"{source.key} is no zip archive: {fault}") from fault
        names = [file.parent for file in sorted(Path(place).glob("*/Dockerfile"))]
        if not names:
            raise _Failed("BUILD", f"{source.key} holds no folder with a Dockerfile.")
        for folder in names:
            _push(folder, source)


def _download(source: _Source) -> bytes:
    arn = f"arn:aws:s3:::{source.bucket}/{source.key}"
    if not role_allows(source.role_arn, _SERVICE, source.project_arn, ("s3:GetObject",), arn):
        raise _Failed(
            "DOWNLOAD_SOURCE", f"CLIENT_ERROR: AccessDenied: {source.role_arn} may not read {arn}."
        )
    content = s3._get_object_data(source.bucket, source.key)
    if content is None:
        raise _Failed("DOWNLOAD_SOURCE", f"CLIENT_ERROR: NoSuchKey: there is no {arn}.")
    return bytes(content)


def _push(folder: Path, source: _Source) -> None:
    """Tags are immutable: what an earlier build pushed stays."""
    repository = naming.repository_of(folder.name)
    arn = f"arn:aws:ecr:{get_region()}:{get_account_id()}:repository/{repository}"
    if not role_allows(source.role_arn, _SERVICE, source.project_arn, _PUSH, arn):
        raise _Failed("BUILD", f"denied: {source.role_arn} may not push to {arn}.")
    if repository not in ecr._repositories:
        raise _Failed("BUILD", f"The repository with name '{repository}' does not exist.")
    if any(source.tag in image["imageTags"] for image in ecr._images[repository]):
        return
    kept = _folder(repository, source.tag)
    if kept.exists():
        shutil.rmtree(kept)  # left by a build that did not come to the next line
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, kept)
    ecr._put_image(
        {
            "repositoryName": repository,
            "imageTag": source.tag,
            "imageManifest": _manifest(kept, source.tag),
            "imageManifestMediaType": _MANIFEST,
        }
    )


def _manifest(folder: Path, tag: str) -> str:
    """Names the content, so that the image's digest does."""
    digest = hashlib.sha256(tag.encode())
    for file in _files(folder):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    config = {"digest": f"sha256:{digest.hexdigest()}", "size": 0}
    return json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": []})


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _describe_source(build: dict[str, Any], request: Mapping[str, Any]) -> None:
    """A build tells what it was started with, not what its project says."""
    overridden = {
        "type": request.get("sourceTypeOverride"),
        "location": request.get("sourceLocationOverride"),
    }
    build["source"] = {**build["source"], **{k: v for k, v in overridden.items() if v}}


def _mark_failed(build: dict[str, Any], failure: _Failed) -> None:
    build["buildStatus"] = "FAILED"
    names = [phase["phaseType"] for phase in build["phases"]]
    reached = build["phases"][: names.index(failure.phase) + 1]
    reached[-1] = {
        **reached[-1],
        "phaseStatus": "FAILED",
        "contexts": [{"statusCode": "CLIENT_ERROR", "message": str(failure)}],
    }
    build["phases"] = [*reached, build["phases"][-1]]
