"""Responsible for training gradient-boosted trees and saving them as UBJSON.

The validation score, higher is better: area under the ROC curve for two classes, minus the log
loss for several, the share of variance explained for numbers.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import xgboost as xgb
from training_job import MODEL, Outcome, Rows, Task, run

_THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
_TELL_EVERY = 25

# The last metric decides when to end. It is the one the gate will ask about.
_OBJECTIVES: dict[str, dict[str, Any]] = {
    "binary": {"objective": "binary:logistic", "eval_metric": ["auc", "logloss"]},
    "multiclass": {"objective": "multi:softprob", "eval_metric": ["mlogloss"]},
    "regression": {"objective": "reg:squarederror", "eval_metric": ["rmse"]},
}


class Progress(xgb.callback.TrainingCallback):
    """A line of the log for every so many trees."""

    def after_iteration(self, model: xgb.Booster, epoch: int, evals_log: Any) -> bool:
        if epoch % _TELL_EVERY == 0:
            metric, values = list(evals_log["validation"].items())[-1]
            print(f"tree {epoch}: validation {metric} {values[-1]:.5f}")
        return False


def learn(task: Task) -> Outcome:
    names = [f"f{place}" for place in range(len(task.feature_names))]
    kinds = ["c" if is_category else "q" for is_category in task.is_category]
    train = _matrix(task.train, names, kinds)
    validation = _matrix(task.validation, names, kinds, like=train)
    history: dict[str, dict[str, list[float]]] = {}
    booster = xgb.train(
        _settings(task),
        train,
        num_boost_round=task.knobs["rounds"],
        evals=[(validation, "validation")],
        early_stopping_rounds=task.knobs["patience"],
        evals_result=history,
        callbacks=[Progress()],
        verbose_eval=False,
    )
    best = booster.best_iteration
    print(f"tree {best} is the best of {booster.num_boosted_rounds()}")
    booster = booster[: best + 1]
    booster.save_model(MODEL / "model.ubj")
    gains: dict[str, Any] = booster.get_score(importance_type="total_gain")
    told = {metric: values[best] for metric, values in history["validation"].items()}
    return Outcome(
        _score(told, task.validation),
        {name: gains.get(f"f{place}", 0.0) for place, name in enumerate(task.feature_names)},
    )


def _matrix(
    rows: Rows, names: list[str], kinds: list[str], like: xgb.DMatrix | None = None
) -> xgb.QuantileDMatrix:
    return xgb.QuantileDMatrix(
        rows.features,
        rows.labels,
        feature_names=names,
        feature_types=kinds,
        enable_categorical=True,
        nthread=_THREADS,
        ref=like,
    )


def _settings(task: Task) -> dict[str, Any]:
    several = task.schema["objective"] == "multiclass"
    return {
        **_OBJECTIVES[task.schema["objective"]],
        **({"num_class": len(task.schema["classes"])} if several else {}),
        "tree_method": "hist",
        "eta": task.knobs["eta"],
        "max_depth": task.knobs["max_depth"],
        "min_child_weight": task.knobs["min_child_weight"],
        "subsample": task.knobs["subsample"],
        "colsample_bytree": task.knobs["colsample_bytree"],
        "reg_lambda": task.knobs["regularization"],
        "seed": task.seed,
        "nthread": _THREADS,
    }


def _score(told: Mapping[str, float], validation: Rows) -> float:
    if "rmse" in told:
        spread = float(np.var(validation.labels))
        return 1 - told["rmse"] ** 2 / spread if spread else -told["rmse"]
    if "auc" in told and validation.varies:
        return told["auc"]
    return -(told["mlogloss"] if "mlogloss" in told else told["logloss"])


if __name__ == "__main__":
    sys.exit(run(learn))
