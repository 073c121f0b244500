"""The figures of an evaluation, where they are delicate."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from backend.deploy.source import CONTAINERS

BINARY = {"objective": "binary", "classes": ["no", "yes"], "priors": [0.75, 0.25]}


@pytest.fixture(scope="module")
def metrics() -> ModuleType:
    place = Path(CONTAINERS / "evaluate/metrics.py")
    spec = importlib.util.spec_from_file_location("metrics_of_evaluate", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def likely(positive: list[float]) -> np.ndarray:
    return np.column_stack([1 - np.array(positive), positive])


def test_two_classes(metrics: ModuleType):
    labels = np.array([0.0, 0.0, 1.0, 1.0])
    group, metric, found, baseline = metrics.measured(BINARY, labels, likely([0.1, 0.6, 0.7, 0.8]))
    assert (group, metric) == ("binary_classification_metrics", "log_loss")
    assert found["accuracy"] == 0.75
    assert found["auc"] == 1.0
    assert (found["precision"], found["recall"]) == (pytest.approx(2 / 3), 1.0)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.7, 0.8]).mean())
    assert found["confusion_matrix"] == {"no": {"no": 1, "yes": 1}, "yes": {"no": 0, "yes": 2}}
    assert baseline["log_loss"] == pytest.approx(-np.log([0.75, 0.75, 0.25, 0.25]).mean())
    assert (baseline["accuracy"], baseline["auc"]) == (0.5, 0.5)


def test_a_test_split_of_one_class_has_no_curve_but_all_else(metrics: ModuleType):
    _, _, found, _ = metrics.measured(BINARY, np.zeros(3), likely([0.1, 0.2, 0.9]))
    assert "auc" not in found
    assert "receiver_operating_characteristic_curve" not in found
    assert found["accuracy"] == pytest.approx(2 / 3)
    json.dumps(found, allow_nan=False)


def test_a_certain_error_costs_much_and_not_everything(metrics: ModuleType):
    _, _, found, _ = metrics.measured(BINARY, np.array([0.0, 1.0]), likely([1.0, 1.0]))
    assert 5 < found["log_loss"] < 10


def test_a_curve_has_at_most_a_hundred_points_from_corner_to_corner(metrics: ModuleType):
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 2, 5000).astype(float)
    _, _, found, _ = metrics.measured(BINARY, labels, likely(list(draw.random(5000))))
    curve = found["receiver_operating_characteristic_curve"]
    false, true = curve["false_positive_rates"], curve["true_positive_rates"]
    assert len(false) == len(true) <= 100
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    assert false == sorted(false)


def test_several_classes_of_which_one_is_not_in_the_split(metrics: ModuleType):
    schema = {"objective": "multiclass", "classes": ["a", "b", "c"], "priors": [0.5, 0.3, 0.2]}
    predicted = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]])
    group, _, found, baseline = metrics.measured(schema, np.array([0.0, 1.0]), predicted)
    assert group == "multiclass_classification_metrics"
    assert (found["accuracy"], found["macro_f1"]) == (1.0, 1.0)
    assert found["confusion_matrix"]["c"] == {"a": 0, "b": 0, "c": 0}
    assert baseline["log_loss"] == pytest.approx(-np.log([0.5, 0.3]).mean())


def test_numbers_that_do_not_vary_have_no_r2(metrics: ModuleType):
    schema = {"objective": "regression", "mean": 2.0}
    group, metric, found, baseline = metrics.measured(schema, np.ones(3), np.array([1.0, 1, 4]))
    assert (group, metric) == ("regression_metrics", "mse")
    assert "r2" not in found
    assert (found["mse"], found["rmse"], found["mae"]) == (3.0, pytest.approx(3**0.5), 1.0)
    assert baseline["mse"] == 1.0
