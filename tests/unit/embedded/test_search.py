"""What a tuning job tries next."""

import math
from statistics import mean
from typing import Any

import pytest

from backend.embedded.faults import InvalidRequest
from backend.embedded.tuning.search import Search, Values, search_of

RANGES = {
    "ContinuousParameterRanges": [
        {"Name": "eta", "MinValue": "0.001", "MaxValue": "1", "ScalingType": "Logarithmic"}
    ],
    "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "10"}],
}
GRID = {
    "CategoricalParameterRanges": [
        {"Name": "kind", "Values": ["a", "b"]},
        {"Name": "size", "Values": ["1", "2", "3"]},
    ]
}


def search(strategy: str, ranges: Any = RANGES, *, seed: int = 0, **changes: Any) -> Search:
    config = {
        "Strategy": strategy,
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 12, "MaxParallelTrainingJobs": 2},
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
        "ParameterRanges": ranges,
        "RandomSeed": seed,
    }
    return search_of(config | changes, seed=99)


def score(values: Values) -> float:
    """Best at eta 0.05 and depth 6."""
    return -((math.log10(float(values["eta"]) / 0.05)) ** 2) - ((int(values["depth"]) - 6) / 5) ** 2


def best(search: Search) -> float:
    scored: list[tuple[Values, float]] = []
    for number in range(search.most):
        values = search.next_values(number, scored, [])
        scored.append((values, score(values)))
    return max(one for _, one in scored)


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_the_same_seed_tries_the_same_values(strategy: str) -> None:
    def tried(seed: int) -> list[Values]:
        return [search(strategy, seed=seed).next_values(number, [], []) for number in range(5)]

    assert tried(7) == tried(7)
    assert tried(7) != tried(8)
    assert len({str(values) for values in tried(7)}) == 5


def test_bayesian_search_finds_better_values_than_chance() -> None:
    seeds = range(10)
    by_chance = mean(best(search("Random", seed=seed)) for seed in seeds)
    guided = mean(best(search("Bayesian", seed=seed)) for seed in seeds)
    assert guided > by_chance / 3, (guided, by_chance)


def test_bayesian_search_minimizes_when_asked() -> None:
    objective = {"Type": "Minimize", "MetricName": "loss"}
    one = search("Bayesian", HyperParameterTuningJobObjective=objective)
    scored = [({"eta": eta, "depth": "6"}, -score({"eta": eta, "depth": "6"}))
              for eta in ("0.001", "0.01", "0.05", "0.5", "1.0")]  # fmt: skip
    proposed = one.next_values(5, scored, [])
    assert 0.005 < float(proposed["eta"]) < 0.5


def test_bayesian_search_does_not_crowd_what_still_runs() -> None:
    one = search("Bayesian")
    scored = [
        ({"eta": eta, "depth": "5"}, score({"eta": eta, "depth": "5"}))
        for eta in ("0.001", "0.01", "0.2", "1.0")
    ]
    first = one.next_values(4, scored, [])
    second = one.next_values(4, scored, [first])
    assert first != second


def test_a_flat_objective_is_searched_all_the_same() -> None:
    scored = [({"eta": "0.1", "depth": str(depth)}, 1.0) for depth in range(1, 6)]
    assert search("Bayesian").next_values(5, scored, []).keys() == {"eta", "depth"}


def test_a_grid_tries_every_combination_once() -> None:
    limits = {"MaxParallelTrainingJobs": 2}
    one = search("Grid", GRID, ResourceLimits=limits)
    tried = [one.next_values(number, [], []) for number in range(one.most)]
    assert len({str(values) for values in tried}) == one.most == 6
    assert tried[0] == {"kind": "a", "size": "1"}


@pytest.mark.parametrize(
    ("strategy", "ranges", "limits", "sentence"),
    [
        ("Hyperband", RANGES, {"MaxNumberOfTrainingJobs": 2}, "'Hyperband'.*Bayesian, Random"),
        ("Grid", RANGES, {}, "categorical ranges only"),
        ("Grid", GRID, {"MaxNumberOfTrainingJobs": 5}, "6 combinations.*is 5"),
        ("Random", RANGES, {}, "MaxNumberOfTrainingJobs is required"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused(
    strategy: str, ranges: Any, limits: dict[str, int], sentence: str
) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        search(strategy, ranges, ResourceLimits={"MaxParallelTrainingJobs": 1, **limits})


def test_without_a_seed_of_its_own_a_search_takes_the_given_one() -> None:
    config = {
        "Strategy": "Random",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
        "ParameterRanges": RANGES,
    }
    assert search_of(config, seed=3).seed == 3
