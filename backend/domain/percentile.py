"""Responsible for percentiles, so that every figure of the product means the same by the word."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of them lie, interpolated between the two closest.

    The smallest is at 0, the largest at 1: the inclusive method, which is numpy's and Excel's.
    """
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)
