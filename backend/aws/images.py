"""Responsible for container images: which tags ECR holds, and having CodeBuild build others."""

import time
from collections.abc import Mapping
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.errors import DeploymentFailed, NotFound

_POLL_SECONDS = 1
_OK = "SUCCEEDED"


class Images:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _codebuild(self) -> Any:
        return self._session.client("codebuild")

    def holds(self, name: str, tag: str) -> bool:
        """Whether the image is in its repository."""
        repository = naming.repository_of(name)
        pages = self._session.client("ecr").get_paginator("list_images")
        sentence = f"There is no image repository {repository!r}: add it to infra/artefacts.yaml."
        with translated(sentence, RepositoryNotFoundException=NotFound):
            return any(
                image.get("imageTag") == tag
                for page in pages.paginate(
                    repositoryName=repository, filter={"tagStatus": "TAGGED"}
                )
                for image in page["imageIds"]
            )

    def build(self, bucket: str, key: str, *, tag: str) -> str:
        """Starts building every image of the archive under the tag; returns the build's id."""
        started = self._codebuild.start_build(
            projectName=naming.IMAGES_PROJECT,
            sourceTypeOverride="S3",
            sourceLocationOverride=f"{bucket}/{key}",
            environmentVariablesOverride=[
                {"name": "IMAGE_TAG", "value": tag, "type": "PLAINTEXT"},
            ],
        )
        return str(started["build"]["id"])

    def wait(self, build_id: str) -> None:
        """Returns when the images are pushed; DeploymentFailed names a failed phase."""
        while True:
            build = self._codebuild.batch_get_builds(ids=[build_id])["builds"][0]
            if build["buildStatus"] == _OK:
                return
            if build["buildStatus"] != "IN_PROGRESS":
                raise DeploymentFailed(_failure(build))
            time.sleep(_POLL_SECONDS)


def _failure(build: Mapping[str, Any]) -> str:
    phases = [
        f"{phase['phaseType']}: "
        + " ".join(c.get("message", "") for c in phase.get("contexts", []))
        for phase in build.get("phases", [])
        if phase.get("phaseStatus", _OK) != _OK
    ]
    log = build.get("logs", {})
    where = log.get("deepLink") or f"log group {log.get('groupName')}"
    return (
        f"The images could not be built ({build['buildStatus']}). "
        f"{'; '.join(phases) or 'CodeBuild names no phase'}. See {where}."
    )
