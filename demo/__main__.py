"""Runs the whole system on this machine: python -m demo [--port N] [--cloud-port N]

Each run begins anew under .demo/, with a made-up past of costs, and ends, with all it started, at
Ctrl-C.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

from backend import cost, onboard, upload
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain import naming
from backend.domain.errors import BackendError
from backend.domain.principal import Principal, Role
from demo.cast import PASSWORD, PROVIDER, PROVIDER_EMAIL, TENANTS, Player
from demo.cloud import LEDGER, ROOT, CloudNotStarted, OwnCloud, answers, end, own_cloud, speak_to
from demo.history import remember_tenants, write_history

STATE = ROOT / ".demo"
_PORTAL_SECONDS = 60
_BUILD_SECONDS = 180
_COST_REQUESTS_A_DAY = 300
_PUT_SECONDS = 60


def main() -> int:
    options = _options().parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    if answers(options.port):
        return _refuse(f"Port {options.port} is taken: end what runs there or give --port.")
    began = time.monotonic()
    try:
        shutil.rmtree(STATE, ignore_errors=True)
        STATE.mkdir()
        write_history(STATE / LEDGER, today=datetime.now(UTC).date())
        with own_cloud(STATE, port=options.cloud_port) as cloud:
            _play(cloud, options.port, began)
    except KeyboardInterrupt:
        _say("Everything has ended.")
    except (BackendError, CloudNotStarted) as refusal:
        return _refuse(str(refusal))
    return 0


def _play(cloud: OwnCloud, port: int, began: float) -> None:
    url = f"http://localhost:{port}"
    os.environ["PORTAL_URL"] = url
    speak_to(cloud)
    _say(f"Embedded cloud at {cloud.endpoint_url}, log and state in {cloud.state}")
    context = Context.from_environment()
    # Cost Explorer costs nothing here: whoever shows the demo may read it as often as they like.
    deploy(context, cost_requests_a_day=_COST_REQUESTS_A_DAY)
    cloud.add_profile("portal", naming.role_arn(naming.PORTAL_ROLE, context.session.account))
    context.people.add_provider(PROVIDER_EMAIL)
    context.people.set_password(PROVIDER_EMAIL, PASSWORD)
    with _portal(cloud, url) as portal:
        for player in TENANTS:
            _enter(context.as_portal(), player)
            context.people.set_password(player.email, PASSWORD)
            _say(f"{player.name} ({player.tier}) is on board and has put {player.file.name}")
        remember_tenants(context, today=datetime.now(UTC).date())
        _wait(portal, port)
        _invite(url, time.monotonic() - began)
        cost.sync(context.as_portal(), PROVIDER)
        _await_builds(context)
        cost.sync(context.as_portal(), PROVIDER)
        portal.wait()


def _await_builds(context: Context) -> None:
    """Until the first builds have ended, so that their cost is there to be seen; not for ever."""
    limit = time.monotonic() + _BUILD_SECONDS
    while time.monotonic() < limit:
        found = [context.builds.of_tenant(player.tenant_id, limit=1) for player in TENANTS]
        if all(builds and builds[0].state.is_final for builds in found):
            return
        time.sleep(1)


def _enter(context: Context, player: Player) -> None:
    """Onboards a tenant and uploads its file as the browser would."""
    plan = onboard.plan(
        context,
        PROVIDER,
        tenant_id=player.tenant_id,
        name=player.name,
        tier=player.tier,
        email=player.email,
    )
    onboard.carry_out(context, PROVIDER, plan, now=datetime.now(UTC))
    person = Principal("demo", player.email, Role.TENANT, player.tenant_id)
    content = player.file.read_bytes()
    ticket = upload.begin(
        context,
        person,
        file_name=player.file.name,
        size=len(content),
        content_type="text/csv",
        choices=player.choices,
        now=datetime.now(UTC),
    )
    for number, link in enumerate(ticket.urls):
        part = content[number * ticket.part_size : (number + 1) * ticket.part_size]
        request = urllib.request.Request(link, data=part, method="PUT")  # noqa: S310
        with urllib.request.urlopen(request, timeout=_PUT_SECONDS):  # noqa: S310
            pass
    upload.complete(context, person, ticket)


@contextmanager
def _portal(cloud: OwnCloud, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The portal as a process of its own, with its own role's rights."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("AWS_")
    } | cloud.environment("portal")
    with (cloud.state / "portal.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal"],
            cwd=ROOT,
            env=environment | {"PORTAL_URL": url},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end(process)


def _wait(portal: subprocess.Popen[bytes], port: int) -> None:
    limit = time.monotonic() + _PORTAL_SECONDS
    while time.monotonic() < limit and portal.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CloudNotStarted(f"The portal did not come up: see {STATE / 'portal.log'}.")


def _invite(url: str, seconds: float) -> None:
    people = [("provider", PROVIDER_EMAIL)] + [(p.name, p.email) for p in TENANTS]
    lines = "\n".join(f"    {who:<16}  {email:<24}  {PASSWORD}" for who, email in people)
    _say(
        f"\n  Open {url} (after {seconds:.0f} s) and sign in:\n\n{lines}\n\n"
        f"  Costs before today are synthetic and carry the tag {naming.SYNTHETIC_TAG}=true; from\n"
        "  today on they are of what really runs here.\n\n  Ctrl-C ends it all.\n"
    )


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description=(__doc__ or "").split("\n\n")[1]
    )
    parser.add_argument("--port", type=int, default=8501, help="the portal's port")
    parser.add_argument("--cloud-port", type=int, default=4566, help="the embedded cloud's port")
    return parser


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
