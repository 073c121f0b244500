"""Responsible for worker processes: each post is manned anew as soon as its worker is dead."""

import logging
import multiprocessing
import signal
import sys
from collections import Counter
from multiprocessing.context import ForkProcess
from pathlib import Path

from backend.context import Context
from benchmarks.crashes.history import lines_of
from benchmarks.crashes.points import CrashPoints
from benchmarks.crashes.worker import ROLES, Executor

# A fork brings imports and clients along, so that a worker is back within milliseconds. The context
# must not have been used before: two processes cannot share a connection.
FORK = multiprocessing.get_context("fork")


class Crew:
    """Workers by post: a role, and a number where several have it, such as `dispatch 2`."""

    def __init__(
        self, context: Context, executor: Executor, points: CrashPoints, folder: Path, seed: str
    ) -> None:
        self._context = context
        self._executor = executor
        self._points = points
        self._folder = folder
        self._seed = seed
        self._members: dict[str, ForkProcess] = {}
        self._killed: set[int | None] = set()
        self._hired = 0
        self.failed = 0

    def keep(self, *posts: str) -> None:
        """Mans every post that has no worker, or a dead one."""
        for post in posts:
            member = self._members.get(post)
            if member is not None and member.is_alive():
                continue
            if member is not None:
                self._bury(member)
            self._hired += 1
            self._members[post] = FORK.Process(
                target=self._serve, args=(post, f"{self._seed}/{self._hired}"), daemon=True
            )
            self._members[post].start()

    def cut_off(self) -> None:
        """Kills every worker where it stands, as a power cut would; these are not counted."""
        for member in self._members.values():
            if member.is_alive():
                member.kill()
                member.join()
            else:
                self._bury(member)
        self._members.clear()

    @property
    def crashes(self) -> Counter[str]:
        """How many workers were killed at each boundary."""
        deaths = lines_of(self._points.log)
        return Counter(line["boundary"] for line in deaths if line["pid"] in self._killed)

    def _bury(self, member: ForkProcess) -> None:
        """Who neither was killed nor cut off has failed: its log says why."""
        member.join()
        if member.exitcode == -signal.SIGKILL:
            self._killed.add(member.pid)
        else:
            self.failed += 1

    def _serve(self, post: str, seed: str) -> None:
        """A worker's whole life, in its own process."""
        role = post.split()[0]
        sys.stderr = (self._folder / f"{post.replace(' ', '-')}.log").open("a", buffering=1)
        logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s", force=True)
        logging.getLogger("backend").setLevel(logging.INFO)
        known = {line["boundary"] for line in lines_of(self._points.log)}
        self._points.arm(role, seed, known)
        ROLES[role](self._context, self._executor)
