"""The embedded cloud, started once a run as a process of its own, and deployed to."""

import itertools
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from backend import onboard
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from demo.cloud import own_cloud
from tests.cloud import Cloud, Deployment, speaking


@pytest.fixture(scope="session")
def cloud(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cloud]:
    """One embedded cloud for all tests: give what you make a name of its own.

    Cost allocation tags show as soon as they are activated: `Cloud.activate_tags` does so.
    """
    state = tmp_path_factory.mktemp("cloud")
    with own_cloud(state, tag_activation=0) as own, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.delenv(name, raising=False)
        for name, value in own.environment().items():
            environment.setenv(name, value)
        yield speaking(own)
    if request.session.testsfailed:
        sys.stderr.write(f"\nThe embedded cloud's log: {state / 'cloud.log'}\n")


@pytest.fixture(scope="session")
def deployed(cloud: Cloud) -> Deployment:
    """Everything tenants share, deployed once a run by the very command that serves AWS."""
    said: list[str] = []
    context = Context.from_environment()
    return Deployment(context, deploy(context, say=said.append), tuple(said))


@pytest.fixture(scope="session")
def admin(deployed: Deployment) -> Context:
    """The administrator's view of the deployed cloud."""
    return deployed.context


@pytest.fixture(scope="session")
def portal(admin: Context) -> Context:
    """The portal's own view: what pages and use cases work with."""
    return admin.as_portal()


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
