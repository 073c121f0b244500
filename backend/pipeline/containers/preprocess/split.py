"""Responsible for which rows train, validate and test: seeded, stratified, copies kept together."""

from enum import IntEnum

import numpy as np
from cells import Floats, Mask
from numpy.typing import NDArray
from refusal import Refused

_SHARE = 0.15

Splits = NDArray[np.int8]


class Split(IntEnum):
    TRAIN = 0
    VALIDATION = 1
    TEST = 2


NOWHERE = -1


def assigned(
    prints: NDArray[np.uint64], strata: Floats | None, usable: Mask, seed: int
) -> tuple[Splits, int]:
    """Each row's split, and how many rows are copies of another.

    Rows with one fingerprint are in one split. Where a row stands, not what it holds, decides
    about its split, so that nothing of the values can leak into the choice.
    """
    rows = np.flatnonzero(usable)
    _, first, group, sizes = np.unique(
        prints[rows], return_index=True, return_inverse=True, return_counts=True
    )
    turn = np.random.default_rng(seed).permutation(len(usable))[rows[first]]
    where = np.zeros(len(first), np.int8)
    of_group = np.zeros(len(first)) if strata is None else strata[rows[first]]
    owed = [0, 0, 0]
    for stratum in np.unique(of_group):
        members = np.flatnonzero(of_group == stratum)
        members = members[np.argsort(turn[members])]
        where[members], owed = _shared_out(sizes[members], owed)
    splits = np.full(len(usable), NOWHERE, np.int8)
    splits[rows] = where[group]
    _check(splits, len(first))
    return splits, len(rows) - len(first)


def _shared_out(sizes: NDArray[np.int64], owed: list[int]) -> tuple[Splits, list[int]]:
    """Groups of copies first, the largest first, to the split that lacks most; then single rows.

    What splits were given too little of one stratum they are owed from the next. Every stratum
    trains: a class that is not learnt cannot be tested.
    """
    where = np.zeros(len(sizes), np.int8)
    lacking = [quota + more for quota, more in zip(_quota(int(sizes.sum())), owed, strict=True)]
    copies = np.flatnonzero(sizes > 1)
    for turn, group in enumerate(copies[np.argsort(-sizes[copies], kind="stable")].tolist()):
        split = max(Split, key=lacking.__getitem__) if turn else Split.TRAIN
        where[group] = split
        lacking[split] -= int(sizes[group])
    single = np.flatnonzero(sizes == 1)
    counts = _filled(lacking, len(single), trained=len(copies) > 0)
    where[single] = np.repeat(np.arange(3, dtype=np.int8), counts)
    return where, [lack - count for lack, count in zip(lacking, counts, strict=True)]


def _quota(rows: int) -> list[int]:
    if rows < len(Split):
        return [1, 0, rows - 1]
    each = max(1, round(_SHARE * rows))
    return [rows - 2 * each, each, each]


def _filled(lacking: list[int], rows: int, *, trained: bool) -> list[int]:
    """How many of these rows each split gets when groups have overfilled some."""
    least = [0 if trained or rows == 0 else 1, 0, 0]
    counts = [max(*pair) for pair in zip(least, lacking, strict=True)]
    for split in Split:
        excess = max(0, sum(counts) - rows)
        counts[split] -= min(counts[split] - least[split], excess)
    counts[Split.TRAIN] += rows - sum(counts)
    return counts


def _check(splits: Splits, different: int) -> None:
    for split in Split:
        if not np.any(splits == split):
            raise Refused(
                f"Only {different} rows of the file differ from each other, too few to train and "
                "to test on: upload more rows that are not copies."
            )
