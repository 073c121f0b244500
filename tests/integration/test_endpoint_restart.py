"""A deployment is still there, and still works, after the cloud was killed."""

import json
import os
import signal
import time
from pathlib import Path

import boto3
import pytest

from backend.context import Context
from backend.deploy.deployment import deploy
from demo.cloud import OwnCloud, own_cloud

SAVED_SECONDS = 30


def turned_to(own: OwnCloud, monkeypatch: pytest.MonkeyPatch) -> Context:
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers whose credentials it read
    return Context.from_environment()


def await_saved(state: Path, text: str) -> None:
    """The state is saved every few seconds."""
    limit = time.monotonic() + SAVED_SECONDS
    while time.monotonic() < limit:
        file = state / "ministack" / "cognito.json"
        if file.exists() and text in file.read_text():
            return
        time.sleep(0.2)
    raise AssertionError(f"{text} was not saved within {SAVED_SECONDS} s")


def test_a_deployment_survives_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_cloud(tmp_path) as own:
        admin = turned_to(own, monkeypatch)
        outputs = deploy(admin)
        boto3.client("s3").put_object(Bucket=outputs["ArtefactBucket"], Key="kept", Body=b"here")
        admin.people.add_provider("kept@provider.example")
        await_saved(tmp_path, "kept@provider.example")
        os.kill(own.pid, signal.SIGKILL)
    with own_cloud(tmp_path, port=own.port) as own:
        said: list[object] = []
        deploy(turned_to(own, monkeypatch), say=said.append)
        assert said
        assert all(str(line).startswith("unchanged") for line in said)
        kept = boto3.client("s3").get_object(Bucket=outputs["ArtefactBucket"], Key="kept")
        assert kept["Body"].read() == b"here"
        people = boto3.client("cognito-idp").list_users(UserPoolId=outputs["PoolId"])["Users"]
        assert len(people) == 1
        answer = boto3.client("lambda").invoke(FunctionName="mlaas-dispatch", Payload=b"{}")
        assert "FunctionError" not in answer, json.load(answer["Payload"])
