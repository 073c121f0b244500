"""Responsible for the terms of a linear model and their sum; all of it is plain JSON.

A number contributes straight terms and, beyond each knot, bent ones; a category contributes a
weight for each of its codes. The images that train and evaluate carry this file, the same to the
byte.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Term = Mapping[str, Any]
Values = NDArray[np.float64]


def straight(feature: int, values: Values) -> dict[str, Any]:
    return _scaled({"feature": feature, "knot": None}, values)


def bent(feature: int, values: Values, knot: float) -> dict[str, Any]:
    return _scaled({"feature": feature, "knot": knot}, np.maximum(values - knot, 0))


def term_values(term: Term, features: NDArray[np.float32]) -> Values:
    """A numeric term for every row, with the mean and spread it had on the training split."""
    values = features[:, term["feature"]].astype(np.float64)
    if term["knot"] is not None:
        values = np.maximum(values - term["knot"], 0)
    return np.asarray((values - term["mean"]) / term["spread"])


def sums(model: Mapping[str, Any], features: NDArray[np.float32]) -> Values:
    """For every row and output, the intercept and all contributions added up."""
    total = np.tile(np.asarray(model["intercepts"], np.float64), (len(features), 1))
    for term in model["numeric"]:
        total += np.outer(term_values(term, features), term["weights"])
    for term in model["categories"]:
        codes = features[:, term["feature"]].astype(np.int64)
        weights = np.zeros((1 + max(codes.max(initial=0), *term["codes"]), total.shape[1]))
        weights[term["codes"]] = term["weights"]
        total += weights[codes]
    return total


def probabilities(model: Mapping[str, Any], features: NDArray[np.float32]) -> Values:
    """A column for each class: logistic for two of them, softmax for more."""
    total = sums(model, features)
    if total.shape[1] == 1:
        total = np.hstack([np.zeros_like(total), total])
    powers = np.exp(total - total.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _scaled(term: dict[str, Any], values: Values) -> dict[str, Any]:
    return term | {"mean": float(values.mean()), "spread": float(values.std())}
