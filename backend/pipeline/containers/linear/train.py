"""Responsible for training a linear model and saving it as plain JSON.

The validation score, higher is better: area under the ROC curve for two classes, minus the log
loss for several, the share of variance explained for numbers.
"""

import json
import sys
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, r2_score, roc_auc_score
from terms import bent, probabilities, straight, sums, term_values
from training_job import MODEL, Outcome, Task, run

_MOST_STEPS = 500
# A sparse design takes 12 bytes for each value that is not 0 and a copy while it is made; a dense
# one takes 8 for each. It is sparse, with the same result, where that is much smaller.
_SPARSE_FROM = 4

Model = dict[str, Any]


def learn(task: Task) -> Outcome:
    numeric = _numeric_terms(task)
    categories = _category_terms(task)
    print(f"{len(numeric)} numeric terms, {sum(len(c['codes']) for c in categories)} of categories")
    design = _design(task.train.features, numeric, categories)
    intercepts, weights = _solved(task, design)
    model = {
        "intercepts": intercepts.tolist(),
        "numeric": [term | {"weights": weights[:, n].tolist()} for n, term in enumerate(numeric)],
        "categories": _weighted(categories, weights[:, len(numeric) :]),
    }
    (MODEL / "linear.json").write_text(json.dumps(model, allow_nan=False))
    return Outcome(_score(task, model), _importances(task, model))


def _numeric_terms(task: Task) -> list[dict[str, Any]]:
    """A straight term for each number, and a bent one at each of its quantiles."""
    terms = []
    for place, is_category in enumerate(task.is_category):
        values = task.train.features[:, place].astype(np.float64)
        if is_category or np.ptp(values) == 0:
            continue
        terms.append(straight(place, values))
        terms += [bent(place, values, knot) for knot in _knots(values, task.knobs["knots"])]
    return terms


def _knots(values: NDArray[np.float64], count: Any) -> list[float]:
    """Quantiles that lie within the values; few different values make fewer knots."""
    shares = np.arange(1, count + 1) / (count + 1)
    knots = np.unique(np.quantile(values, shares)) if count else np.empty(0)
    return [float(knot) for knot in knots if values.min() < knot < values.max()]


def _category_terms(task: Task) -> list[dict[str, Any]]:
    return [
        {
            "feature": place,
            "codes": np.unique(task.train.features[:, place]).astype(int).tolist(),
        }
        for place, is_category in enumerate(task.is_category)
        if is_category
    ]


def _design(
    features: NDArray[np.float32], numeric: list[Model], categories: list[Model]
) -> NDArray[np.float64] | sparse.csr_array:
    dummies = [features[:, [term["feature"]]] == np.array(term["codes"]) for term in categories]
    width = len(numeric) + sum(dummy.shape[1] for dummy in dummies)
    if categories and width > _SPARSE_FROM * (len(numeric) + len(categories)):
        blocks = [sparse.csr_array(term_values(term, features)[:, None]) for term in numeric]
        blocks += [sparse.csr_array(dummy.astype(np.float64)) for dummy in dummies]
        return sparse.hstack(blocks, format="csr")
    design = np.empty((len(features), width))
    for place, term in enumerate(numeric):
        design[:, place] = term_values(term, features)
    if dummies:
        np.concatenate(dummies, axis=1, out=design[:, len(numeric) :])
    return design


def _solved(
    task: Task, design: NDArray[np.float64] | sparse.csr_array
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Intercepts and weights, a row of weights for each output."""
    strength: Any = task.knobs["regularization"]
    if task.schema["objective"] == "regression":
        ridge = Ridge(alpha=strength, random_state=task.seed).fit(design, task.train.labels)
        return np.atleast_1d(ridge.intercept_), np.atleast_2d(ridge.coef_)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # told below, in words
        logistic = LogisticRegression(C=1 / strength, max_iter=_MOST_STEPS)
        logistic.fit(design, task.train.labels)
    steps = int(logistic.n_iter_.max())
    print(f"solved in {steps} steps" if steps < _MOST_STEPS else "ended before it was solved fully")
    return logistic.intercept_, logistic.coef_


def _weighted(categories: list[Model], weights: NDArray[np.float64]) -> list[Model]:
    weighted, start = [], 0
    for term in categories:
        end = start + len(term["codes"])
        weighted.append(term | {"weights": weights[:, start:end].T.tolist()})
        start = end
    return weighted


def _score(task: Task, model: Model) -> float:
    rows = task.validation
    if task.schema["objective"] == "regression":
        predicted = sums(model, rows.features)[:, 0]
        return float(r2_score(rows.labels, predicted) if rows.varies else -np.var(predicted))
    likely = probabilities(model, rows.features)
    if task.schema["objective"] == "binary" and rows.varies:
        return float(roc_auc_score(rows.labels, likely[:, 1]))
    return -float(log_loss(rows.labels, likely, labels=range(len(task.schema["classes"]))))


def _importances(task: Task, model: Model) -> dict[str, float]:
    """How far each feature's terms move the sum, in their spread over the training split."""
    moved = dict.fromkeys(task.feature_names, 0.0)
    for term in model["numeric"]:
        moved[task.feature_names[term["feature"]]] += float(np.abs(term["weights"]).sum())
    for term in model["categories"]:
        codes = task.train.features[:, term["feature"]].astype(int)
        shares = np.array([np.mean(codes == code) for code in term["codes"]])
        spread = np.sqrt(shares * (1 - shares))
        weights = np.abs(np.array(term["weights"])).sum(axis=1)
        moved[task.feature_names[term["feature"]]] += float(weights @ spread)
    return moved


if __name__ == "__main__":
    sys.exit(run(learn))
