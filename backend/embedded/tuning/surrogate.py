"""Responsible for guessing where a search should look: a Gaussian process, expected improvement."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LENGTHS = (0.1, 0.2, 0.4, 0.8, 1.6)
_NOISES = (1e-6, 1e-3, 1e-1)
_ROOT_5 = math.sqrt(5.0)

Points = Sequence[Sequence[float]]
Array = NDArray[np.float64]


def most_promising(
    points: Points, scores: Sequence[float], *, pending: Points, candidates: Points
) -> int:
    """The index of the candidate with the highest expected improvement over the best score.

    Points that still run count as if they had scored what is expected of them, so that trials
    at the same time do not try the same place.
    """
    known, values = np.array(points, dtype=float), np.array(scores, dtype=float)
    spread = float(values.std())
    values = (values - values.mean()) / (spread if spread > 0 else 1.0)
    process = max(
        (_Process(known, values, length, noise) for length in _LENGTHS for noise in _NOISES),
        key=lambda process: process.likelihood,
    )
    if len(pending):
        running = np.array(pending, dtype=float)
        believed, _ = process.predict(running)
        process = _Process(
            np.vstack([known, running]),
            np.concatenate([values, believed]),
            process.length,
            process.noise,
        )
    mean, deviation = process.predict(np.array(candidates, dtype=float))
    return int(np.argmax(_expected_improvement(mean, deviation, float(values.max()))))


class _Process:
    """A Gaussian process with a Matern 5/2 kernel of unit variance."""

    def __init__(self, points: Array, values: Array, length: float, noise: float) -> None:
        self.length, self.noise = length, noise
        self._points = points
        kernel = _matern(points, points, length) + noise * np.eye(len(points))
        self._lower = np.linalg.cholesky(kernel + 1e-10 * np.eye(len(points)))
        self._weights = np.linalg.solve(self._lower.T, np.linalg.solve(self._lower, values))
        determinant = 2.0 * float(np.log(np.diag(self._lower)).sum())
        self.likelihood = -0.5 * (float(values @ self._weights) + determinant)

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Mean and standard deviation at each point."""
        covariance = _matern(points, self._points, self.length)
        halved = np.linalg.solve(self._lower, covariance.T)
        variance = np.maximum(1.0 - (halved**2).sum(axis=0), 1e-12)
        return covariance @ self._weights, np.sqrt(variance)


def _matern(left: Array, right: Array, length: float) -> Array:
    squares = ((left[:, None, :] - right[None, :, :]) ** 2).sum(axis=2)
    distance = _ROOT_5 * np.sqrt(squares) / length
    kernel: Array = (1.0 + distance + distance**2 / 3.0) * np.exp(-distance)
    return kernel


def _expected_improvement(mean: Array, deviation: Array, best: float) -> Array:
    gain = mean - best
    standard = gain / deviation
    below = np.array([0.5 * (1.0 + math.erf(value / math.sqrt(2.0))) for value in standard])
    density = np.exp(-0.5 * standard**2) / math.sqrt(2.0 * math.pi)
    improvement: Array = gain * below + deviation * density
    return improvement
