"""Responsible for how long a build takes, as far as past builds tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.domain.build import BuildState
from backend.domain.meter_reading import Metered
from backend.domain.percentile import percentile
from backend.domain.tier import MIB

ABOUT_THE_SAME = 2.0  # times larger or smaller
ENOUGH = 3
OF_ABOUT_THIS_SIZE = "of about this size"
_SHORTEST = 1.0
# A build starts containers whatever it is given, then reads and learns in proportion to its bytes.
# At this size both parts are taken to last equally long.
_EVEN_SIZE = 64 * MIB
# A first guess for a small file on AWS: four jobs, each of which begins with a machine.
_GUESSED_SECONDS = 480.0
_GUESSED_TUNED = 3.0
_GUESSED_ALGORITHM = {"linear": 0.8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a build that started tells about builds to come."""

    tenant_id: str
    build_id: str
    tier: str
    state: BuildState
    requested_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    size: int
    algorithm: str
    tuned: bool
    metered: Metered | None = None

    @property
    def seconds(self) -> float | None:
        """From its start to its end, at least one; None before both are known."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(_SHORTEST, (self.ended_at - self.started_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Expectation:
    """How long a build should take, the range that is likely, and what says so."""

    seconds: float
    low: float
    high: float
    samples: int
    basis: str


def expected(runs: Sequence[Run], *, size: int, algorithm: str, tuned: bool) -> Expectation:
    """How long a build of `size` bytes takes: always above zero, and within its range.

    Three past builds or more of about this size: their median, ranging from the 10th to the 90th
    percentile. Fewer: the same of builds of any size, each `scaled`. None: a first guess. Builds
    that failed or were stopped ended early and say nothing.
    """
    alike = [
        (run.size, run.seconds)
        for run in runs
        if run.state is BuildState.SUCCEEDED
        and run.algorithm == algorithm
        and run.tuned == tuned
        and run.seconds is not None
    ]
    close = [seconds for other, seconds in alike if about_as_large(other, size)]
    if len(close) >= ENOUGH:
        return _from_past(close, OF_ABOUT_THIS_SIZE)
    if alike:
        sizes = OF_ABOUT_THIS_SIZE if len(close) == len(alike) else "of other sizes"
        return _from_past([scaled(seconds, other, size) for other, seconds in alike], sizes)
    guess = _GUESSED_SECONDS * _GUESSED_ALGORITHM.get(algorithm, 1.0)
    guess *= _GUESSED_TUNED if tuned else 1.0
    return _roughly(scaled(guess, 0, size), samples=0, basis="no past builds yet: a first guess")


def scaled(seconds: float, size: int, to_size: int) -> float:
    """What took `seconds` with `size` bytes, with `to_size`: `seconds * (e + to) / (e + size)`.

    `e` is the size at which a build's fixed part and the part that grows last equally long, so
    twice the bytes never take twice the time, and two small files take the same.
    """
    return max(_SHORTEST, seconds * (_EVEN_SIZE + to_size) / (_EVEN_SIZE + size))


def about_as_large(size: int, other: int) -> bool:
    """Whether a build of the one size tells of builds of the other."""
    return size <= other * ABOUT_THE_SAME and other <= size * ABOUT_THE_SAME


def of_past(count: int, sizes: str) -> str:
    """A basis in words, the same wherever past builds tell something."""
    return f"from {count} past build{'' if count == 1 else 's'} {sizes}"


def _from_past(seconds: Sequence[float], sizes: str) -> Expectation:
    count = len(seconds)
    basis = of_past(count, sizes)
    median = percentile(seconds, 0.5)
    if count < ENOUGH:
        return _roughly(median, samples=count, basis=basis)
    return Expectation(median, percentile(seconds, 0.1), percentile(seconds, 0.9), count, basis)


def _roughly(seconds: float, *, samples: int, basis: str) -> Expectation:
    """Too few to range between: from half as long to twice as long."""
    return Expectation(seconds, seconds / 2, seconds * 2, samples, basis)
