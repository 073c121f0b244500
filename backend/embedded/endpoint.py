"""Responsible for the endpoint's life: what it serves, when it is ready, how it ends."""

import asyncio
import functools
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from hypercorn.asyncio import serve as listen
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import lambda_runtime

from backend.embedded import (
    administrator,
    cbor,
    connections,
    delivery,
    forwarding,
    hosted_login,
    images,
    repairs,
)
from backend.embedded.access import authorization
from backend.embedded.costs.activation_store import ActivationStore
from backend.embedded.costs.cost_explorer import CostExplorer, Jobs
from backend.embedded.costs.ledger import FILE as LEDGER_FILE
from backend.embedded.costs.ledger import read_ledger
from backend.embedded.gate import guarded
from backend.embedded.lifespan import started
from backend.embedded.place import ACCOUNT, ENGINES, REGION, endpoint_url
from backend.embedded.sagemaker import executor, moto_sagemaker, pipeline_repairs, registry_repairs
from backend.embedded.sagemaker.journal import Journal
from backend.embedded.unserved import Services

SERVED = frozenset(
    {
        "s3", "sqs", "events", "scheduler", "lambda", "dynamodb", "iam", "sts", "cognito-idp",
        "cloudformation", "ecr", "codebuild", "monitoring", "logs", "tagging", "sns",
        "secretsmanager", "ssm",
    }
)  # fmt: skip

Costs = Callable[[Jobs], CostExplorer]

_PAUSE_SECONDS = 2.0
_PAUSES = 20  # a state that takes long to save is saved less often


def serve(listener: socket.socket, state: Path, jobs: int, tag_activation: timedelta) -> NoReturn:
    """Serves until SIGINT or SIGTERM, and ends the process with all its children.

    Raises CannotStart for a ledger that is none.
    """
    costs = _costs(state, tag_activation)
    _install(state)
    asyncio.run(_live(listener, state, jobs, costs))
    # Threads of ministack that wait for a queue or a function would hold up a common exit.
    sys.stdout.flush()
    os._exit(0)


def _costs(state: Path, tag_activation: timedelta) -> Costs:
    """Cost Explorer but for the jobs: its ledger is read once."""
    file = state / LEDGER_FILE
    ledger = read_ledger(file)
    if ledger.lines:
        _say(f"{file} holds {ledger.lines} made-up lines of cost, labelled synthetic=true.\n")
    tags = ActivationStore(state / "cost-tags.json", tag_activation, ledger.activations)
    return functools.partial(CostExplorer, activations=tags, ledger=ledger.bill)


def _install(state: Path) -> None:
    handlers = ministack.SERVICE_HANDLERS
    ministack.SERVICE_HANDLERS = Services((name, handlers[name]) for name in SERVED)
    authorization.install()
    for each in (
        cbor,
        connections,
        repairs,
        delivery,
        hosted_login,
        pipeline_repairs,
        registry_repairs,
    ):
        each.install()
    images.install(state)


async def _live(listener: socket.socket, state: Path, jobs: int, costs: Costs) -> None:
    """ministack's start-up, then ours, then requests, then the end of all children."""
    port, end = int(listener.getsockname()[1]), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, end.set)
    async with started(ministack.app):
        await administrator.ensure(state / "credentials", port)
        running = _start_sagemaker(state, jobs, costs)
        save()
        _say(_banner(port, state, jobs))
        housekeeping = asyncio.create_task(_keep_house())

        async def ended() -> None:
            await end.wait()
            await asyncio.to_thread(running.close)

        await listen(guarded(ministack.app), _config(listener), shutdown_trigger=ended)
        housekeeping.cancel()
    lambda_runtime.reset()


def _start_sagemaker(state: Path, jobs: int, costs: Costs) -> executor.Executor:
    """What moto keeps, then the executor, which has no pipelines without it, then its costs."""
    journal = Journal(state / "sagemaker.jsonl", moto_sagemaker.answer)
    journal.replay()
    running = executor.install(state, jobs)
    forwarding.serve(ministack.SERVICE_HANDLERS, "sagemaker", journal.performed)
    forwarding.serve(ministack.SERVICE_HANDLERS, "ce", costs(running.jobs).answer)
    return running


def _config(listener: socket.socket) -> Config:
    config = Config()
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    return config


async def _keep_house() -> None:
    """Saves, and ends functions' processes that a burst has left idle: each holds 60 MB."""
    pause = _PAUSE_SECONDS
    while True:
        await asyncio.sleep(pause)
        began = time.monotonic()
        await asyncio.to_thread(save)
        await asyncio.to_thread(lambda_runtime.reap_idle_workers)
        pause = max(_PAUSE_SECONDS, _PAUSES * (time.monotonic() - began))


def save() -> None:
    """ministack's state as files; what changes while it is copied is saved the next time."""
    ministack.save_all(ministack._build_persistence_save_dict())


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


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
