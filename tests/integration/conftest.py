"""The embedded cloud, started once a run as a process of its own."""

import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from backend import onboard
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from demo.cloud import REGION, OwnCloud, own_cloud


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


def session_of(credentials: dict[str, Any]) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
        region_name=REGION,
    )


def speaking(own: OwnCloud) -> Cloud:
    return Cloud(own.endpoint_url, own.state, own.pid)


@pytest.fixture(scope="session")
def cloud(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cloud]:
    """One embedded cloud for all tests: give what you make a name of its own."""
    state = tmp_path_factory.mktemp("cloud")
    with own_cloud(state) as own, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.delenv(name, raising=False)
        for name, value in own.environment().items():
            environment.setenv(name, value)
        yield speaking(own)
    if request.session.testsfailed:
        sys.stderr.write(f"\nThe embedded cloud's log: {state / 'cloud.log'}\n")


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the run's one deployment left behind, and what it said."""

    context: Context
    outputs: dict[str, str]
    said: tuple[str, ...]


@pytest.fixture(scope="session")
def deployed(cloud: Cloud) -> Deployment:
    """Everything tenants share, deployed once a run by the very command that serves AWS."""
    said: list[str] = []
    context = Context.from_environment()
    return Deployment(context, deploy(context, say=said.append), tuple(said))


@pytest.fixture(scope="session")
def context(deployed: Deployment) -> Context:
    """The administrator's view of the deployed cloud."""
    return deployed.context


@pytest.fixture(scope="session")
def portal(context: Context) -> Context:
    """The portal's own view: what pages and use cases work with."""
    return context.as_portal()


@pytest.fixture(scope="session")
def new_tenant(portal: Context) -> Callable[..., Tenant]:
    """Onboards a tenant with an id of its own, as a provider's page would."""
    pat = Principal("pat", "Pat", Role.PROVIDER)
    numbers = itertools.count(1)

    def onboarded(tier: str = "basic", tenant_id: str | None = None) -> Tenant:
        tenant_id = tenant_id or f"tenant-{next(numbers)}"
        plan = onboard.plan(
            portal,
            pat,
            tenant_id=tenant_id,
            name=tenant_id.title(),
            tier=tier,
            email=f"first@{tenant_id}.example",
        )
        return onboard.carry_out(portal, pat, plan, now=datetime.now(UTC)).tenant

    return onboarded
