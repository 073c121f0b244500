"""CodeBuild makes images of an archive, and ECR lists them."""

import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest

from demo.cloud import own_cloud
from tests.cloud import REGION, Cloud
from tests.integration.roles import ACCOUNT, allow, document

PUSH = [
    "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload", "ecr:PutImage",
]  # fmt: skip
BUCKET = "images-sources"
DOCKERFILE = 'FROM python\nCOPY . /opt/program\nENTRYPOINT ["python3", "/opt/program/train"]\n'


def archive(*names: str, **files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as bundle:
        for name in names:
            bundle.writestr(f"{name}/Dockerfile", DOCKERFILE)
            bundle.writestr(f"{name}/code.py", f"print({name!r})\n")
        for name, text in files.items():
            bundle.writestr(name, text)
    return content.getvalue()


def project(cloud: Cloud, name: str, *statements: dict[str, Any]) -> str:
    """A CodeBuild project whose role may do only what the statements say."""
    session = cloud.session()
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "codebuild.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = session.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=document(trust)
    )["Role"]
    session.client("iam").put_role_policy(
        RoleName=name, PolicyName="rights", PolicyDocument=document(*statements)
    )
    session.client("codebuild").create_project(
        name=name,
        source={"type": "S3", "location": f"{BUCKET}/none.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "IMAGE_TAG", "value": "given-by-each"}],
        },
        serviceRole=role["Arn"],
    )
    return name


READ = allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")
WRITE = allow(PUSH, f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/mlaas/*")


@pytest.fixture(scope="module")
def builder(cloud: Cloud) -> str:
    session = cloud.session()
    session.client("s3").create_bucket(Bucket=BUCKET)
    for name in ("mlaas/image-one", "mlaas/image-two"):
        session.client("ecr").create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
    return project(cloud, "images-builder", READ, WRITE)


def build(cloud: Cloud, project: str, content: bytes | None, tag: str) -> Any:
    """The build, once it has ended."""
    session = cloud.session()
    key = f"{uuid.uuid4().hex}.zip"
    if content is not None:
        session.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)
    started = session.client("codebuild").start_build(
        projectName=project,
        sourceTypeOverride="S3",
        sourceLocationOverride=f"{BUCKET}/{key}",
        environmentVariablesOverride=[{"name": "IMAGE_TAG", "value": tag}],
    )["build"]
    assert started["buildStatus"] == "IN_PROGRESS"
    ended = session.client("codebuild").batch_get_builds(ids=[started["id"]])["builds"][0]
    assert ended["source"]["location"] == f"{BUCKET}/{key}"
    return ended


def failed_phase(ended: Any) -> tuple[str, str]:
    assert ended["buildStatus"] == "FAILED"
    phase = next(p for p in ended["phases"] if p.get("phaseStatus") == "FAILED")
    return phase["phaseType"], phase["contexts"][0]["message"]


def tags(cloud: Cloud, repository: str) -> set[str]:
    listed = cloud.session().client("ecr").list_images(repositoryName=repository)["imageIds"]
    return {image["imageTag"] for image in listed}


def test_every_folder_with_a_dockerfile_becomes_an_image(cloud: Cloud, builder: str) -> None:
    content = archive("image-one", "image-two", **{"notes/readme.txt": "no image"})
    assert build(cloud, builder, content, "all")["buildStatus"] == "SUCCEEDED"
    assert "all" in tags(cloud, "mlaas/image-one") & tags(cloud, "mlaas/image-two")
    folder = cloud.state / "images" / "all"
    assert (folder / "image-two" / "code.py").read_text() == "print('image-two')\n"
    assert not (folder / "notes").exists()


def test_a_tag_keeps_the_image_it_was_first_given(cloud: Cloud, builder: str) -> None:
    build(cloud, builder, archive("image-one"), "kept")
    changed = archive("image-one", **{"image-one/more.py": "new"})
    assert build(cloud, builder, changed, "kept")["buildStatus"] == "SUCCEEDED"
    assert not (cloud.state / "images" / "kept" / "image-one" / "more.py").exists()


def test_a_missing_archive_fails_the_download(cloud: Cloud, builder: str) -> None:
    phase, message = failed_phase(build(cloud, builder, None, "none"))
    assert phase == "DOWNLOAD_SOURCE"
    assert "NoSuchKey" in message


@pytest.mark.parametrize("content", [b"no zip", archive(**{"readme.txt": "nothing"})])
def test_an_archive_without_images_fails(cloud: Cloud, builder: str, content: bytes) -> None:
    assert failed_phase(build(cloud, builder, content, "empty"))[0] in ("DOWNLOAD_SOURCE", "BUILD")


def test_an_image_without_a_repository_fails_the_build(cloud: Cloud, builder: str) -> None:
    phase, message = failed_phase(build(cloud, builder, archive("image-unknown"), "t"))
    assert (phase, "mlaas/image-unknown" in message) == ("BUILD", True)


def test_a_tag_that_is_none_fails(cloud: Cloud, builder: str) -> None:
    assert "IMAGE_TAG" in failed_phase(build(cloud, builder, archive("image-one"), "../up"))[1]


def test_a_build_has_only_its_roles_rights(cloud: Cloud, builder: str) -> None:
    content = archive("image-one")
    no_read = project(cloud, "images-no-read", WRITE)
    assert failed_phase(build(cloud, no_read, content, "x"))[0] == "DOWNLOAD_SOURCE"
    no_write = project(cloud, "images-no-write", READ)
    assert failed_phase(build(cloud, no_write, content, "x"))[0] == "BUILD"
    assert "x" not in tags(cloud, "mlaas/image-one")


def test_images_survive_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_cloud(tmp_path) as own:
        for name, value in own.environment().items():
            monkeypatch.setenv(name, value)
        first = Cloud(own.endpoint_url, own.state, own.pid)
        first.session().client("s3").create_bucket(Bucket=BUCKET)
        first.session().client("ecr").create_repository(repositoryName="mlaas/image-one")
        name = project(first, "images-restart", READ, WRITE)
        assert build(first, name, archive("image-one"), "old")["buildStatus"] == "SUCCEEDED"
    with own_cloud(tmp_path, port=own.port) as own:
        assert tags(Cloud(own.endpoint_url, own.state, own.pid), "mlaas/image-one") == {"old"}
        assert (tmp_path / "images" / "old" / "image-one" / "code.py").exists()
    assert json.loads((tmp_path / "ministack" / "ecr.json").read_text())
