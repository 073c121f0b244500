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
        self._telling = threading.Lock()
        self._dismissed = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        """From now on the group ends with the cloud; at once, when the cloud is ending."""
        with self._telling:
            if self._dismissed:
                _kill(group)
            else:
                self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        with self._telling:
            if not self._dismissed:
                self._tell(f"-{group}\n")

    def dismiss(self) -> None:
        """Kills what is still watched, and ends."""
        with self._telling:
            self._dismissed = True
            with contextlib.suppress(BrokenPipeError):
                if self._process.stdin:
                    self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        # Without its warden the cloud goes on, and still ends its jobs when it ends in order.
        with contextlib.suppress(BrokenPipeError):
            if self._process.stdin is None:
                return
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


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
