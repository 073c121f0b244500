"""Responsible for the endpoint's life: what it serves, when it is ready, how it ends."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve as listen
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import lambda_runtime

from backend.embedded import (
    administrator,
    authorization,
    forwarding,
    pipeline_repairs,
    registry_repairs,
    repairs,
)
from backend.embedded.gate import Receive, Scope, Send, guarded
from backend.embedded.journal import Journal
from backend.embedded.place import ACCOUNT, ENGINES, HOST, REGION, CannotStart, endpoint_url
from backend.embedded.unserved import Services

SERVED = frozenset(
    {
        "s3", "sqs", "events", "scheduler", "lambda", "dynamodb", "iam", "sts", "cognito-idp",
        "cloudformation", "ecr", "codebuild", "monitoring", "logs", "tagging", "sns",
        "secretsmanager", "ssm",
    }
)  # fmt: skip

_SAVE_EVERY_SECONDS = 5


def serve(port: int, state: Path, jobs: int) -> None:
    """Serves until SIGINT or SIGTERM; raises CannotStart for a taken port or state folder."""
    with _socket(port) as listener, _own(state):
        _same_port(state, port)
        journal = Journal(state / "sagemaker.jsonl")
        _install(journal)
        asyncio.run(_Life(port, state, jobs, listener, journal).run())
        # Threads of ministack that wait for a queue or a function would hold up a common exit.
        sys.stdout.flush()
        os._exit(0)


def _install(journal: Journal) -> None:
    handlers = ministack.SERVICE_HANDLERS
    ministack.SERVICE_HANDLERS = Services((name, handlers[name]) for name in SERVED)
    forwarding.install(ministack.SERVICE_HANDLERS, journal)
    authorization.install()
    for each in (repairs, pipeline_repairs, registry_repairs):
        each.install()


@contextlib.contextmanager
def _socket(port: int) -> Iterator[socket.socket]:
    """A listening socket before anything else: two clouds never share a port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(256)
        except OSError as fault:
            raise CannotStart(
                f"Port {port} of {HOST} cannot be used ({fault.strerror}): "
                "end what listens there or give another --port."
            ) from fault
        yield listener


@contextlib.contextmanager
def _own(state: Path) -> Iterator[None]:
    """The state folder for this process alone, with an empty place for temporary files."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(state / "tmp", ignore_errors=True)
        (state / "tmp").mkdir()
        lock = (state / "lock").open("w")
    except OSError as fault:
        raise CannotStart(f"State folder {state} cannot be used: {fault.strerror}.") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise CannotStart(
                f"State folder {state} belongs to a running embedded cloud: "
                "end that one or give another --state."
            ) from fault
        yield


def _same_port(state: Path, port: int) -> None:
    """Queue addresses are stored with the port they were made at."""
    file = state / "port"
    kept = file.read_text() if file.exists() else str(port)
    if kept != str(port):
        raise CannotStart(
            f"State folder {state} was made at port {kept}: give --port {kept} or another --state."
        )
    file.write_text(kept)


class _Life:
    """One run: ministack's start-up, then ours, then requests, then the end of all children."""

    def __init__(
        self, port: int, state: Path, jobs: int, listener: socket.socket, journal: Journal
    ) -> None:
        self._port, self._state, self._jobs = port, state, jobs
        self._listener, self._journal = listener, journal
        self._end = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._end.set)
        config = Config()
        config.bind = [f"fd://{os.dup(self._listener.fileno())}"]
        config.loglevel = "WARNING"
        config.keep_alive_timeout = 75
        config.graceful_timeout = 1
        saving = asyncio.create_task(_keep_saving())
        await listen(guarded(self._app), config, shutdown_trigger=self._end.wait)
        saving.cancel()
        lambda_runtime.reset()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await ministack.app(scope, receive, self._after_start(send))
        else:
            await ministack.app(scope, receive, send)

    def _after_start(self, send: Send) -> Send:
        """Ours begins once ministack has loaded its state and before the first request."""

        async def told(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                await administrator.ensure(self._state / "credentials", self._port)
                forwarding.replay(self._journal)
                save()
                sys.stdout.write(_banner(self._port, self._state, self._jobs))
                sys.stdout.flush()
            await send(message)

        return told


async def _keep_saving() -> None:
    while True:
        await asyncio.sleep(_SAVE_EVERY_SECONDS)
        await asyncio.to_thread(save)


def save() -> None:
    """ministack's state as files; what changes while it is copied is saved the next time."""
    ministack.save_all(ministack._build_persistence_save_dict())


def _banner(port: int, state: Path, jobs: int) -> str:
    engines = ", ".join(f"{name} {version}" for name, version in ENGINES.items())
    services = " ".join(sorted(SERVED | {"sagemaker", "ce"}))
    return (
        f"The embedded cloud is at {endpoint_url(port)} (region {REGION}, account {ACCOUNT}).\n"
        f"  serves       {services}\n"
        f"  by           {engines}; at most {jobs} jobs at once\n"
        f"  state        {state}\n"
        f"  credentials  {state / 'credentials'}\n"
        "For work on one machine, not for production: no encryption, no backup, one process.\n"
        "Ctrl-C ends it.\n"
    )
