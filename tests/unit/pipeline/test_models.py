"""A file's whole way: what can be learnt beats the baseline, what cannot is refused by the gate."""

from pathlib import Path

import pytest

from tests.unit.pipeline.samples import learnable, noise
from tests.unit.pipeline.workshop import built

GROUPS = {
    "binary": ("binary_classification_metrics", {"accuracy", "auc", "precision", "recall", "f1"}),
    "multiclass": ("multiclass_classification_metrics", {"accuracy", "macro_f1"}),
    "regression": ("regression_metrics", {"mae", "mse", "rmse", "r2"}),
}
COMBINED = [(a, o) for a in ("xgboost", "linear") for o in GROUPS]


@pytest.mark.parametrize(("algorithm", "objective"), COMBINED)
def test_what_can_be_learnt_beats_the_baseline(tmp_path: Path, algorithm: str, objective: str):
    evaluation = built(tmp_path, learnable(objective), algorithm)
    group, names = GROUPS[objective]
    assert evaluation["objective"] == objective
    assert evaluation["rows"] == pytest.approx(60, abs=3)
    assert names <= evaluation[group].keys()
    assert all(evaluation[group][name].keys() == {"value", "standard_deviation"} for name in names)
    assert names <= evaluation["baseline"].keys()
    gate = evaluation["gate"]
    assert gate["metric"] == ("mse" if objective == "regression" else "log_loss")
    assert gate["score"] < gate["baseline"]
    assert gate["skill"] == pytest.approx(1 - gate["score"] / gate["baseline"])
    assert gate["skill"] > 0.5


@pytest.mark.parametrize(("algorithm", "objective"), COMBINED)
def test_noise_does_not_pass_the_gate(tmp_path: Path, algorithm: str, objective: str):
    evaluation = built(tmp_path, noise(objective), algorithm)
    assert evaluation["objective"] == objective
    assert evaluation["gate"]["skill"] <= 0
