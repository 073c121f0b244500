"""Responsible for an embedded cloud of one's own: started, waited for, spoken to, ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REGION = "us-east-1"
# What a cloud reads of its state folder when it starts: costs before it was there.
LEDGER = "ledger.jsonl"
_START_SECONDS = 30
_END_SECONDS = 10


class CloudNotStarted(Exception):
    """The embedded cloud did not come up; the message holds its own last words."""


@dataclass(frozen=True, slots=True)
class OwnCloud:
    """A running embedded cloud."""

    port: int
    state: Path
    pid: int

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, profile: str = "default") -> dict[str, str]:
        """What makes any AWS client speak to this cloud as the administrator or another profile."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_SHARED_CREDENTIALS_FILE": str(self.state / "credentials"),
            "AWS_CONFIG_FILE": str(self.state / "config"),
            "AWS_PROFILE": profile,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def add_profile(self, name: str, role_arn: str) -> None:
        """A profile that works with a role's rights, as `aws configure` would write it."""
        section = (
            f"[profile {name}]\nrole_arn = {role_arn}\nsource_profile = default\n"
            f"region = {REGION}\n"
        )
        (self.state / "config").write_text(section)


@contextmanager
def own_cloud(
    state: Path,
    *,
    port: int | None = None,
    jobs: int | None = None,
    tag_activation: int | None = None,
) -> Iterator[OwnCloud]:
    """An embedded cloud that ends with the block; its log is `<state>/cloud.log`.

    `tag_activation` is how many seconds after a tag's activation costs show it: a day if not given.
    """
    state.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [sys.executable, "-m", "backend.embedded", "--port", str(port), "--state", str(state)]
    if jobs is not None:
        command += ["--jobs", str(jobs)]
    if tag_activation is not None:
        command += ["--tag-activation", str(tag_activation)]
    log = state / "cloud.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait(process, port, state, log)
        yield OwnCloud(port, state, process.pid)
    finally:
        end(process)


def speak_to(cloud: OwnCloud, profile: str = "default") -> None:
    """Turns this process's own AWS clients to the cloud."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(cloud.environment(profile))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks a process to end, and makes it end."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, state: Path, log: Path) -> None:
    limit = time.monotonic() + _START_SECONDS
    while not ((state / "credentials").exists() and answers(port)):
        if process.poll() is not None or time.monotonic() > limit:
            raise CloudNotStarted(log.read_text()[-2000:].strip() or "it said nothing")
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(0.5)
        return caller.connect_ex(("127.0.0.1", port)) == 0
