"""What tests of the whole are given: a running cloud, and what was deployed to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from backend.context import Context
from demo.cloud import REGION, OwnCloud


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running embedded cloud and ways to speak to it.

    The test process's environment points at it, so boto3 and Context.from_environment() work as
    they are, with the administrator's rights.
    """

    endpoint_url: str
    state: Path
    pid: int

    def session(self, role_arn: str | None = None, **chosen: Any) -> boto3.Session:
        """The administrator's session, or one of a role that trusts the administrator."""
        if role_arn is None:
            return boto3.Session()
        return session_of(
            boto3.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test", **chosen)[
                "Credentials"
            ]
        )

    def activate_tags(self, *keys: str) -> None:
        """Has costs show these keys from today on; a job that was billed must carry each."""
        answer = boto3.client("ce").update_cost_allocation_tags_status(
            CostAllocationTagsStatus=[{"TagKey": key, "Status": "Active"} for key in keys]
        )
        assert answer["Errors"] == []


def session_of(credentials: dict[str, Any]) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
        region_name=REGION,
    )


def speaking(own: OwnCloud) -> Cloud:
    return Cloud(own.endpoint_url, own.state, own.pid)


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the run's one deployment left behind, and what it said."""

    context: Context
    outputs: dict[str, str]
    said: tuple[str, ...]
