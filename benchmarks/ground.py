"""Responsible for the ground benchmarks stand on: a deployed cloud, a tenant, files put, ends."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from backend import onboard
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.choices import Choices
from backend.domain.errors import BackendError
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from demo.cloud import OwnCloud, speak_to

BENCH = Principal("bench", "Benchmark", Role.PROVIDER)
_WAIT_SECONDS = 3600


def deployed_tenant(cloud: OwnCloud, *, tier: str) -> tuple[Context, Tenant]:
    """Turns this process to the cloud, deploys to it and onboards one tenant."""
    speak_to(cloud)
    context = Context.from_environment()
    say("deploying")
    deploy(context, say=say)
    portal = context.as_portal()
    plan = onboard.plan(
        portal,
        BENCH,
        tenant_id="bench",
        name="Benchmark",
        tier=tier,
        email="bench@bench.example",
    )
    return context, onboard.carry_out(portal, BENCH, plan, now=now()).tenant


def put(
    context: Context, tenant: Tenant, file: Path, choices: Choices, times: int
) -> dict[str, datetime]:
    """PUTs the file with the tenant's own credentials; when each PUT was sent, by build id."""
    s3 = context.as_portal().on_behalf_of(tenant).session.client("s3")
    puts: dict[str, datetime] = {}
    key = naming.upload_key_of(file.name)
    for _ in range(times):
        at = now()
        with file.open("rb") as body:
            answer = s3.put_object(
                Bucket=tenant.bucket, Key=key, Body=body, Metadata=choices.as_metadata()
            )
        puts[naming.build_id_of(tenant.bucket, key, answer["VersionId"])] = at
    return puts


def ended(context: Context, tenant: Tenant, build_id: str) -> Build:
    limit = time.monotonic() + _WAIT_SECONDS
    seen = None
    while time.monotonic() < limit:
        build = next(
            (
                b
                for b in context.builds.of_tenant(tenant.tenant_id, limit=100)
                if b.build_id == build_id
            ),
            None,
        )
        if build is not None and build.state is not seen:
            seen = build.state
            say(f"build {build_id[:8]} {seen}" + (f": {build.reason}" if build.reason else ""))
        if build is not None and build.state.is_final:
            return build
        time.sleep(0.2)
    raise BackendError(f"Build {build_id} did not end within {_WAIT_SECONDS} s: see --keep.")


def say(what: str) -> None:
    sys.stderr.write(f"{now():%H:%M:%S} {what}\n")


def now() -> datetime:
    return datetime.now(UTC)
