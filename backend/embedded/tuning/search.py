"""Responsible for what a tuning job tries next: at random, on a grid, or where it looks best."""

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.embedded.faults import InvalidRequest
from backend.embedded.tuning.ranges import Categorical, Range, ranges_in

Values = dict[str, str]

# Before a surrogate says anything, this many points are tried at random.
_FIRST = 3
_CANDIDATES = 512


class Strategy(StrEnum):
    BAYESIAN = "Bayesian"
    RANDOM = "Random"
    GRID = "Grid"


@dataclass(frozen=True, slots=True)
class Search:
    strategy: Strategy
    ranges: tuple[Range, ...]
    most: int
    at_once: int
    maximize: bool
    seed: int

    def next_values(
        self,
        number: int,
        scored: Sequence[tuple[Mapping[str, str], float]],
        pending: Sequence[Mapping[str, str]],
    ) -> Values:
        """The values of trial `number`, from 0, given what was scored and what still runs."""
        if self.strategy is Strategy.GRID:
            return _grid(self.ranges)[number]
        rng = random.Random(f"{self.seed}/{number}")  # noqa: S311 - a search keeps no secret
        if self.strategy is Strategy.BAYESIAN and len(scored) >= _FIRST:
            return self._promising(scored, pending, rng)
        return self._at_random(rng)

    def better(self, left: float, right: float) -> bool:
        return left > right if self.maximize else left < right

    def _at_random(self, rng: random.Random) -> Values:
        return {
            one.name: one.value_at([rng.random() for _ in range(one.width)]) for one in self.ranges
        }

    def _promising(
        self,
        scored: Sequence[tuple[Mapping[str, str], float]],
        pending: Sequence[Mapping[str, str]],
        rng: random.Random,
    ) -> Values:
        # numpy is loaded when the first surrogate is needed, not with the cloud.
        from backend.embedded.tuning.surrogate import most_promising

        sign = 1.0 if self.maximize else -1.0
        candidates = [self._at_random(rng) for _ in range(_CANDIDATES)]
        best = most_promising(
            [self._position(values) for values, _ in scored],
            [sign * score for _, score in scored],
            pending=[self._position(values) for values in pending],
            candidates=[self._position(values) for values in candidates],
        )
        return candidates[best]

    def _position(self, values: Mapping[str, str]) -> list[float]:
        return [place for one in self.ranges for place in one.position_of(values[one.name])]


def search_of(config: Mapping[str, Any], seed: int) -> Search:
    """What a HyperParameterTuningJobConfig asks for; raises InvalidRequest and names the fault."""
    if config["Strategy"] not in list(Strategy):
        raise InvalidRequest(
            f"Strategy {config['Strategy']!r} is not followed by this cloud: "
            f"use one of {', '.join(Strategy)}."
        )
    strategy, limits = Strategy(config["Strategy"]), config["ResourceLimits"]
    ranges = ranges_in(config.get("ParameterRanges", {}))
    return Search(
        strategy=strategy,
        ranges=ranges,
        most=_most(strategy, ranges, limits),
        at_once=limits["MaxParallelTrainingJobs"],
        maximize=config["HyperParameterTuningJobObjective"]["Type"] == "Maximize",
        seed=config.get("RandomSeed", seed),
    )


def _most(strategy: Strategy, ranges: Sequence[Range], limits: Mapping[str, int]) -> int:
    asked = limits.get("MaxNumberOfTrainingJobs")
    if strategy is not Strategy.GRID:
        if asked is None:
            raise InvalidRequest("MaxNumberOfTrainingJobs is required.")
        return asked
    size = math.prod(len(one.values) for one in ranges if isinstance(one, Categorical))
    if not all(isinstance(one, Categorical) for one in ranges):
        raise InvalidRequest("Grid search supports categorical ranges only.")
    if asked not in (None, size):
        raise InvalidRequest(
            f"The grid has {size} combinations, but MaxNumberOfTrainingJobs is {asked}."
        )
    return size


def _grid(ranges: Sequence[Range]) -> list[Values]:
    named = [
        [(one.name, value) for value in one.values]
        for one in ranges
        if isinstance(one, Categorical)
    ]
    return [dict(combination) for combination in itertools.product(*named)]
