"""Responsible for what a build will cost, as far as past builds and prices tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backend.domain.build import BuildState, BuildStep
from backend.domain.choices import Choices
from backend.domain.durations import (
    ENOUGH,
    OF_ABOUT_THIS_SIZE,
    Run,
    about_as_large,
    expected,
    of_past,
)
from backend.domain.exact import exact_sum
from backend.domain.meter_reading import Metered
from backend.domain.metering import metered
from backend.domain.percentile import percentile
from backend.domain.price_book import PriceBook
from backend.domain.tier import Tier

VOLUME_GB = 30  # each job's disk, as both pipeline definitions have it
# The rest of a build's time its machines begin, and nobody is billed for that.
GUESSED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class ExpectedCost:
    """US dollars before tax and discounts, the range that is likely, and what says so.

    `sources` are where the prices come from.
    """

    low: Decimal
    likely: Decimal
    high: Decimal
    basis: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seconds:
    """How many seconds of one instance a build is billed."""

    low: float
    likely: float
    high: float
    basis: str


def expected_cost(
    runs: Sequence[Run], book: PriceBook, *, tier: Tier, size: int, choices: Choices
) -> ExpectedCost:
    """What a build of `size` bytes costs in the tier, at the prices of `book`.

    Three past builds or more that are alike (size, algorithm, tuned or not, tier): their median of
    billed seconds, from the 10th to the 90th percentile. Fewer: how long it should take
    (durations.py), times the share of past builds' time that was billed, which above 1 says how
    many jobs ran at once. Raises Invalid for what the tier does not take, or has no price for.
    """
    instance_type = tier.instance_type_for(size)
    seconds = _from_alike(runs, tier, size, choices) or _from_time(runs, tier, size, choices)
    low, likely, high = (
        _priced(each, instance_type, book) for each in (seconds.low, seconds.likely, seconds.high)
    )
    return ExpectedCost(low.amount, likely.amount, high.amount, seconds.basis, likely.sources)


def together(costs: Iterable[ExpectedCost]) -> ExpectedCost:
    """All of them: as low as if each is low, as high as if each is high."""
    kept = tuple(costs)
    return ExpectedCost(
        exact_sum(cost.low for cost in kept),
        exact_sum(cost.likely for cost in kept),
        exact_sum(cost.high for cost in kept),
        "; ".join(dict.fromkeys(cost.basis for cost in kept)),
        tuple(dict.fromkeys(source for cost in kept for source in cost.sources)),
    )


def _from_alike(runs: Sequence[Run], tier: Tier, size: int, choices: Choices) -> _Seconds | None:
    """None with too few of them."""
    billed = [
        float(seconds)
        for run, seconds in _billed(runs, tier, tuned=choices.tuned)
        if run.tier == tier.name
        and run.algorithm == choices.algorithm
        and about_as_large(run.size, size)
    ]
    if len(billed) < ENOUGH:
        return None
    low, likely, high = (percentile(billed, share) for share in (0.1, 0.5, 0.9))
    return _Seconds(low, likely, high, of_past(len(billed), OF_ABOUT_THIS_SIZE))


def _from_time(runs: Sequence[Run], tier: Tier, size: int, choices: Choices) -> _Seconds:
    time = expected(runs, size=size, algorithm=choices.algorithm, tuned=choices.tuned)
    past = [
        seconds / run.seconds
        for run, seconds in _billed(runs, tier, tuned=choices.tuned)
        if run.seconds is not None
    ]
    at_once = tier.own_tuning().max_parallel_jobs if choices.tuned else 1
    share = percentile(past, 0.5) if past else GUESSED_SHARE * at_once
    taken = "was" if past else "is taken to be"
    basis = f"{time.basis}; {share * 100:.0f} % of a build's time {taken} billed"
    return _Seconds(time.low * share, time.seconds * share, time.high * share, basis)


def _billed(runs: Iterable[Run], tier: Tier, *, tuned: bool) -> list[tuple[Run, int]]:
    """Past builds of the kind, with what was billed; how many trials run at once is the tier's."""
    return [
        (run, run.metered.instance_seconds)
        for run in runs
        if run.state is BuildState.SUCCEEDED
        and run.metered is not None
        and run.metered.instance_seconds
        and run.tuned == tuned
        and (run.tier == tier.name or not tuned)
    ]


def _priced(seconds: float, instance_type: str, book: PriceBook) -> Metered:
    """By the meter that reads past builds; training and processing have one price on AWS's list."""
    job = BuildStep(
        "Build",
        "Training",
        "Expected",
        instance_type=instance_type,
        instance_count=1,
        billable_seconds=max(1, round(seconds)),
        volume_gb=VOLUME_GB,
    )
    return metered([job], book)
