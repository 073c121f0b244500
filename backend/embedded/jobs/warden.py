"""Responsible for leaving no job behind: kills the process groups of a cloud that is gone.

Jobs run in process groups of their own, so nothing ends them when the cloud is killed with
SIGKILL. The warden is a process of its own that holds the reading end of a pipe: however the
cloud dies, the pipe closes, and the warden kills every group it was told of and not yet told
to forget. It imports the standard library only, so that it starts in a few milliseconds.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


class Warden:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._dismissed = False
        reading, self._pipe = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__))],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(reading)

    def watch(self, group: int) -> None:
        """From now on the group ends with the cloud; at once, when the cloud is ending."""
        with self._lock:
            if self._dismissed:
                _kill(group)
                return
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        with self._lock:
            self._groups.discard(group)
            if not self._dismissed:
                self._tell(f"-{group}\n")

    def dismiss(self) -> None:
        """Kills what is still watched, and ends the watch."""
        with self._lock:
            self._dismissed = True
            for group in self._groups:
                _kill(group)
            os.close(self._pipe)
        self._process.wait()

    def _tell(self, line: str) -> None:
        # Should the watching process be gone, jobs still end with a cloud that ends in order.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, line.encode())


def _keep_watch() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        groups = groups | {group} if line[0] == "+" else groups - {group}
    for group in groups:
        _kill(group)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    _keep_watch()
