"""Responsible for where the embedded cloud says it is, and the environment its engines start in."""

import os
from importlib.metadata import version
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "us-east-1"
HOST = "127.0.0.1"
ENGINES = {"ministack": "1.5.33", "moto": "5.2.5"}

_IDLE_LAMBDA_SECONDS = 10
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


class CannotStart(Exception):
    """The embedded cloud cannot start as asked; the message is one sentence with the remedy."""


def check_engines() -> None:
    """Repairs name private parts of the engines, so other versions are refused."""
    for engine, wanted in ENGINES.items():
        found = version(engine)
        if found != wanted:
            raise CannotStart(
                f"{engine} {found} is installed but the embedded cloud is fitted to {wanted}: "
                f"run `make install`."
            )


def prepare_environment(port: int, state: Path) -> None:
    """What ministack and moto read when they are imported, and their workers inherit."""
    for name in _CREDENTIALS:
        os.environ.pop(name, None)
    os.environ.update(
        AUTH="true",
        AWS_ENDPOINT_URL=endpoint_url(port),
        AWS_DEFAULT_REGION=REGION,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        GATEWAY_PORT=str(port),
        MINISTACK_HOST=HOST,
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        MINISTACK_REGION=REGION,
        MOTO_ACCOUNT_ID=ACCOUNT,
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        COGNITO_EMAIL_ENABLED="false",
        PERSIST_STATE="1",
        STATE_DIR=str(state / "ministack"),
        S3_DATA_DIR=str(state / "s3"),
        S3_PERSIST="1",
        TMPDIR=str(state / "tmp"),
        # A proxy of this machine must not come between the cloud's own parts.
        NO_PROXY=f"{HOST},localhost",
        no_proxy=f"{HOST},localhost",
        LAMBDA_WARM_TTL_SECONDS=str(_IDLE_LAMBDA_SECONDS),
        LOG_LEVEL="WARNING",
    )


def endpoint_url(port: int) -> str:
    return f"http://{HOST}:{port}"
