"""Responsible for one seed: a storm of crashes over a cloud of its own, calm, then judgement."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from backend.aws.session import AwsSession
from backend.context import Context
from backend.domain import naming
from backend.settings import Settings
from backend.sweep import sweep
from benchmarks.crashes.crew import FORK, Crew
from benchmarks.crashes.history import Faults, Upload, judged, lines_of
from benchmarks.crashes.points import CrashPoints
from benchmarks.crashes.tenants import PLAYED, limits, prepare, upload
from benchmarks.crashes.worker import Executor
from benchmarks.ground import say
from demo.cloud import ROOT, answers, end, free_port, own_cloud, speak_to

_INTAKE = ("intake 1", "intake 2")
_DISPATCH_AND_RECORD = ("dispatch 1", "dispatch 2", "record 1", "record 2")
_STORM_ENDS_AT = 0.95  # of the builds; the rest is what the calm has to do
_SLOWEST_SECONDS_A_BUILD = 2.0
_PATIENCE_SECONDS = 60.0
_MOST_FAILED = 100  # then something is so wrong that more of it tells nothing
_POLL_SECONDS = 0.1
_TELL_EVERY_SECONDS = 10.0
_IDLE_SECONDS = 1.5
_STUCK_SECONDS = 20.0
# What workers call.
_SERVICES = ("dynamodb", "lambda", "s3", "sagemaker", "sqs")


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad it gets; all but the number of builds are probabilities."""

    builds: int
    crashes: float
    stalls: float
    duplicates: float
    losses: float
    throttling: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one seed."""

    faults: Faults
    crashes: Counter[str]
    counts: dict[str, int]
    swept: dict[str, Any]


def weathered(weather: Weather, seed: str, folder: Path) -> Outcome:
    """Runs one seed; what everybody wrote down stays in the folder."""
    with (
        own_cloud(folder / "cloud") as cloud,
        _executor(weather, seed, folder) as executor,
        _environment(),
    ):
        speak_to(cloud)
        for service in ("SAGEMAKER", "LAMBDA"):
            os.environ[f"AWS_ENDPOINT_URL_{service}"] = executor.url
        return _Trial(weather, seed, folder, executor).run()


class _Trial:
    """The steps of one seed."""

    def __init__(self, weather: Weather, seed: str, folder: Path, executor: Executor) -> None:
        self._weather = weather
        self._seed = seed
        self._folder = folder
        self._executor = executor
        self._uploads = folder / "uploads.jsonl"
        self._points = CrashPoints(folder / "crashes.jsonl", weather.crashes, weather.stalls)
        self._context = Context.from_environment()
        self._crew = Crew(_fresh(self._points), executor, self._points, folder, seed)

    def run(self) -> Outcome:
        prepare(self._context)
        uploading = FORK.Process(
            target=upload,
            args=(
                Context.from_environment(),
                self._weather.builds,
                self._weather.duplicates,
                self._seed,
                self._uploads,
            ),
            daemon=True,
        )
        uploading.start()
        self._storm()
        uploading.join()
        swept = self._calm()
        return self._outcome(swept)

    def _storm(self) -> None:
        """Until nearly all builds have run, or so many never will."""
        self._points.storm.value = 1
        enough = _STORM_ENDS_AT * self._weather.builds
        limit = _PATIENCE_SECONDS + _SLOWEST_SECONDS_A_BUILD * self._weather.builds
        for state in self._watched(limit, *_INTAKE, *_DISPATCH_AND_RECORD, "sweep"):
            if state["ended"] >= enough or self._crew.failed > _MOST_FAILED:
                break
        self._points.storm.value = 0

    def _calm(self) -> dict[str, Any]:
        """A power cut, one sweep, then dispatches until all is quiet; what the sweep said."""
        self._crew.cut_off()
        self._executor.ask("calm")
        for state in self._watched(_PATIENCE_SECONDS, *_INTAKE):
            if state["running"] == 0 and self._queued() == 0:
                break
        self._crew.cut_off()
        self._executor.ask("calm")
        swept = sweep(self._context, now=datetime.now(UTC)).as_json()
        say(f"seed {self._seed}: swept {swept}")
        self._until_quiet()
        self._crew.cut_off()
        return swept

    def _until_quiet(self) -> None:
        """Until nothing moves: for a moment if all is done, for longer if something is stuck."""
        moved, seen = time.monotonic(), -1
        for state in self._watched(float("inf"), *_DISPATCH_AND_RECORD):
            busy = state["running"] or any(state["pending"].values())
            if busy or state["ended"] != seen:
                moved, seen = time.monotonic(), state["ended"]
            quiet = time.monotonic() - moved
            if quiet > _STUCK_SECONDS or (quiet > _IDLE_SECONDS and not self._slots()):
                return

    def _watched(self, limit: float, *posts: str) -> Iterator[dict[str, Any]]:
        """The executor's state again and again, while all posts are kept manned."""
        until = time.monotonic() + limit
        tell_at = time.monotonic()
        while time.monotonic() < until:
            self._crew.keep(*posts)
            state = self._executor.state()
            if time.monotonic() >= tell_at:
                tell_at += _TELL_EVERY_SECONDS
                crashes = self._crew.crashes.total()
                say(f"seed {self._seed}: {state['ended']} ended, {crashes} crashes")
            yield state
            time.sleep(_POLL_SECONDS)

    def _queued(self) -> int:
        return sum(self._context.queues.depth(tier.name) for tier in PLAYED)

    def _slots(self) -> list[dict[str, Any]]:
        return [row for row in _rows(naming.SLOTS_TABLE) if "build_id" in row]

    def _outcome(self, swept: dict[str, Any]) -> Outcome:
        sent = lines_of(self._uploads)
        uploads = [Upload(line["tenant_id"], line["build_id"]) for line in sent]
        record = lines_of(self._folder / "record.jsonl")
        builds = _rows(naming.BUILDS_TABLE)
        counts = Counter(self._executor.state()["counts"])
        counts["duplicates"] += sum(line["times"] - 1 for line in sent)
        counts["executions"] = sum(line["what"] == "started" for line in record)
        counts["uploads"] = len(uploads)
        counts["workers_failed"] = self._crew.failed
        faults = judged(record, uploads, builds, self._slots(), limits())
        return Outcome(faults, self._crew.crashes, dict(counts), swept)


@contextmanager
def _executor(weather: Weather, seed: str, folder: Path) -> Iterator[Executor]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    chosen = {
        "port": port,
        "record": folder / "record.jsonl",
        "seed": seed,
        "duplicates": weather.duplicates,
        "losses": weather.losses,
        "throttling": weather.throttling,
    }
    command = [sys.executable, "-m", "benchmarks.crashes.fast_executor"]
    command += [f"--{name}={value}" for name, value in chosen.items()]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        while not answers(port):
            if process.poll() is not None:
                raise RuntimeError("The fast executor did not start: see above.")
            time.sleep(_POLL_SECONDS)
        yield Executor(f"http://127.0.0.1:{port}")
    finally:
        end(process)


@contextmanager
def _environment() -> Iterator[None]:
    """Puts the environment back: the next seed's cloud must not be told of this one's."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _fresh(points: CrashPoints) -> Context:
    """What workers begin with: clients that were made, watched, and never used."""
    session = boto3.Session()
    points.watch(session.events)
    context = Context(Settings.from_environment(), AwsSession(session))
    for service in _SERVICES:
        context.session.client(service)
    for table in (naming.BUILDS_TABLE, naming.SLOTS_TABLE, naming.TENANTS_TABLE):
        context.session.table(table)
    return context


def _rows(name: str) -> list[dict[str, Any]]:
    """Every row of a table, read past the product's own code."""
    table = boto3.Session().resource("dynamodb").Table(name)
    page = table.scan(ConsistentRead=True)
    rows = list(page["Items"])
    while "LastEvaluatedKey" in page:
        page = table.scan(ConsistentRead=True, ExclusiveStartKey=page["LastEvaluatedKey"])
        rows += page["Items"]
    return rows
