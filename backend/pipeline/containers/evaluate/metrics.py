"""Responsible for the metrics of a model and of its baseline, in SageMaker's names for them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    mean_absolute_error,
    mean_squared_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

MOST_CURVE_POINTS = 100
_SMALLEST = 1e-7  # float32 models say 0 and 1 outright

Values = NDArray[np.float64]
Measured = dict[str, Any]


def measured(
    schema: Mapping[str, Any], labels: Values, predicted: Values
) -> tuple[str, str, Measured, Measured]:
    """The group's name, the metric the gate asks about, the model's metrics, the baseline's."""
    match schema["objective"]:
        case "regression":
            guess = np.full(len(labels), schema["mean"])
            return "regression_metrics", "mse", _numbers(labels, predicted), _numbers(labels, guess)
        case "binary":
            group, of = "binary_classification_metrics", _two_classes
        case _:
            group, of = "multiclass_classification_metrics", _classes
    names = schema["classes"]
    guess = np.tile(schema["priors"], (len(labels), 1))
    whole, baseline = of(labels, predicted, names), of(labels, guess, names)
    return group, "log_loss", whole, {n: v for n, v in baseline.items() if isinstance(v, float)}


def told(value: Any) -> Any:
    """A figure with the deviation SageMaker's form has room for; tables stay as they are."""
    if not isinstance(value, float):
        return value
    return {"value": value, "standard_deviation": "NaN"}


def _numbers(labels: Values, predicted: Values) -> Measured:
    squared = float(mean_squared_error(labels, predicted))
    figures = {
        "mae": float(mean_absolute_error(labels, predicted)),
        "mse": squared,
        "rmse": squared**0.5,
    }
    if np.ptp(labels) > 0:
        figures["r2"] = float(r2_score(labels, predicted))
    return figures


def _two_classes(labels: Values, likely: Values, names: list[str]) -> Measured:
    chosen = likely.argmax(axis=1)
    varies = np.ptp(labels) > 0  # with one class in the split there is no curve
    figures: Measured = {"accuracy": float(accuracy_score(labels, chosen))}
    if varies:
        figures["auc"] = float(roc_auc_score(labels, likely[:, 1]))
    figures |= {
        "precision": float(precision_score(labels, chosen, zero_division=0)),
        "recall": float(recall_score(labels, chosen, zero_division=0)),
        "f1": float(f1_score(labels, chosen, zero_division=0)),
        "log_loss": _log_loss(labels, likely),
        "confusion_matrix": _confusion(labels, chosen, names),
    }
    if varies:
        figures["receiver_operating_characteristic_curve"] = _curve(labels, likely[:, 1])
    return figures


def _classes(labels: Values, likely: Values, names: list[str]) -> Measured:
    chosen = likely.argmax(axis=1)
    return {
        "accuracy": float(accuracy_score(labels, chosen)),
        "macro_f1": float(f1_score(labels, chosen, average="macro", zero_division=0)),
        "log_loss": _log_loss(labels, likely),
        "confusion_matrix": _confusion(labels, chosen, names),
    }


def _log_loss(labels: Values, likely: Values) -> float:
    of_truth = likely[np.arange(len(labels)), labels.astype(np.int64)]
    return float(-np.log(of_truth.clip(_SMALLEST, 1)).mean())


def _confusion(labels: Values, chosen: NDArray[np.int64], names: list[str]) -> Measured:
    """Rows of each true class by the class the model chose."""
    counts = confusion_matrix(labels, chosen, labels=range(len(names)))
    return {
        name: dict(zip(names, row, strict=True))
        for name, row in zip(names, counts.tolist(), strict=True)
    }


def _curve(labels: Values, likely: Values) -> dict[str, list[float]]:
    false, true, _ = roc_curve(labels, likely)
    count = min(MOST_CURVE_POINTS, len(false))
    kept = np.unique(np.linspace(0, len(false) - 1, count).round().astype(int))
    return {
        "false_positive_rates": false[kept].round(6).tolist(),
        "true_positive_rates": true[kept].round(6).tolist(),
    }
