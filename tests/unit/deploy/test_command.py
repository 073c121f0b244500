"""The deployment's command tells a person what it lacks."""

import subprocess
import sys

import pytest

from backend.deploy import source

NOBODY = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "You must specify a region: set AWS_PROFILE"),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "Unable to locate credentials: set AWS_PROFILE"),
        ({"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found: set"),
    ],
)
def test_what_is_missing_is_named_with_the_remedy(environment: dict[str, str], sentence: str):
    run = subprocess.run(
        [sys.executable, "-m", "backend.deploy"],
        capture_output=True,
        text=True,
        check=False,
        cwd=source.BACKEND.parent,
        env=NOBODY | environment,
    )
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith(sentence)
    assert "Traceback" not in run.stderr
