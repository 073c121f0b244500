"""Responsible for running a container's program as a subprocess: its start, its stop, its end."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backend.embedded.jobs.line_batches import Lines, deliver_lines
from backend.embedded.jobs.stop_signal import StopSignal
from backend.embedded.jobs.warden import Warden

_LAST_LINES_SECONDS = 5.0


class Ending(StrEnum):
    EXITED = "exited"
    STOPPED = "stopped"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a container ended; a signal's number is told the way docker does, as 128 + n."""

    ending: Ending
    exit_code: int


@dataclass(frozen=True, slots=True)
class Program:
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    limit_seconds: float
    grace_seconds: float


def run(
    program: Program, on_lines: Callable[[Lines], None], stop: StopSignal, warden: Warden
) -> Ended:
    """Runs the program to its end, at most `limit_seconds`, or until a stop is requested.

    A stop is SIGTERM to its process group and SIGKILL after `grace_seconds`; whatever it leaves
    running is killed when it ends. Its output comes in batches of lines, about one a second.
    """
    container = _Container(program)
    warden.watch(container.group)
    reading = threading.Thread(target=deliver_lines, args=(container.output, on_lines), daemon=True)
    reading.start()
    grace = program.grace_seconds
    with (
        stop.calling(lambda: container.end(Ending.STOPPED, grace)),
        _after(program.limit_seconds, lambda: container.end(Ending.TIMED_OUT, grace)),
    ):
        ended = container.wait()
    warden.forget(container.group)
    reading.join(_LAST_LINES_SECONDS)
    return ended


@contextlib.contextmanager
def _after(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), act)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _Container:
    def __init__(self, program: Program) -> None:
        reading, writing = os.pipe()
        self.output = reading
        self._lock = threading.Lock()
        self._ending = Ending.EXITED
        self._running = True
        self._killing = contextlib.ExitStack()
        try:
            self._process = subprocess.Popen(
                program.command,
                env=dict(program.environment),
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)

    @property
    def group(self) -> int:
        return self._process.pid

    def wait(self) -> Ended:
        if hasattr(os, "waitid"):
            # Not reaped yet, the process keeps its number, so that no other group can be hit.
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
            with self._lock:
                self._send(signal.SIGKILL)
        code = self._process.wait()
        with self._lock:
            self._running = False
        self._killing.close()
        return Ended(self._ending, code if code >= 0 else 128 - code)

    def end(self, ending: Ending, grace_seconds: float) -> None:
        with self._lock:
            if self._running and self._ending is Ending.EXITED:
                self._ending = ending
                self._send(signal.SIGTERM)
                self._killing.enter_context(_after(grace_seconds, self._kill))

    def _kill(self) -> None:
        with self._lock:
            if self._running:
                self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
