"""Responsible for what is predicted: the target column, the objective, the classes."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pyarrow as pa
from cells import Column, Floats, Mask, Numbers
from dialect import folded
from numerals import decimal_mark, numbers_in
from refusal import Refused, quoted

FEWEST_ROWS = 20
FEWEST_OF_A_CLASS = 3
MOST_CLASSES = 100
_MOST_WHOLE_CLASSES = 20
_MOST_SHARE_OF_CLASSES = 0.05
_NUMERIC_SHARE = 0.95
# Pairs of which the second is the positive one; of any other two, it is the rarer.
_PAIRS = (
    ("no", "yes"),
    ("false", "true"),
    ("0", "1"),
    ("-1", "1"),
    ("n", "y"),
    ("f", "t"),
    ("negative", "positive"),
    ("-", "+"),
)


class Objective(StrEnum):
    AUTO = "auto"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class Goal:
    """The target's values, or its classes and each row's code of one; NaN for rows without."""

    name: str
    objective: Objective
    labels: Floats
    classes: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def usable(self) -> Mask:
        return ~np.isnan(self.labels)

    @property
    def is_classified(self) -> bool:
        return self.objective is not Objective.REGRESSION


def find(names: list[str], asked: str) -> int:
    """Where the target stands: the column of that name, or the last one if none is named."""
    if not asked.strip():
        return len(names) - 1
    if asked in names:
        return names.index(asked)
    alike = [place for place, name in enumerate(names) if folded(name) == folded(asked)]
    if len(alike) == 1:
        return alike[0]
    fault = "names several columns" if alike else "is not a column of the file"
    raise Refused(f"The target '{asked}' {fault}. Choose one of the columns: {quoted(names)}.")


def recognised(name: str, column: Column, asked: Objective, *, when_unclear: str) -> Goal:
    """The goal a target column allows; Refused, with a remedy, if it allows none or not this."""
    present = int(column.present.sum())
    _check_rows(name, present)
    numbers = _as_numbers(column, when_unclear)
    classes = _Classes.of(column, numbers)
    if classes.count == 1:
        raise Refused(
            f"The target '{name}' holds one value only ('{classes.names[0]}'): there is nothing to "
            "tell apart. Choose another target, or add rows with another outcome."
        )
    objective = asked if asked is not Objective.AUTO else _natural(classes, numbers, present)
    goal = _goal(name, objective, classes, numbers)
    dropped = {f"no value in the target '{name}'": len(column.present) - present}
    if not goal.is_classified:
        beyond = present - int(goal.usable.sum())
        return replace(goal, dropped=dropped | {f"the target '{name}' is not a number": beyond})
    goal = _without_rare(replace(goal, dropped=dropped))
    if asked is Objective.AUTO and len(goal.classes) == 2:
        return replace(goal, objective=Objective.BINARY)
    return goal


def ordered(goal: Goal, training: Mask) -> Goal:
    """With the positive class of two put second: the one that says yes, else the rarer one."""
    if goal.objective is not Objective.BINARY:
        return goal
    first, second = (name.casefold() for name in goal.classes)
    rarer_first = 2 * np.sum(goal.labels[training] == 0) < np.sum(training)
    if (second, first) in _PAIRS or (rarer_first and (first, second) not in _PAIRS):
        return replace(goal, classes=goal.classes[::-1], labels=1 - goal.labels)
    return goal


@dataclass(frozen=True, slots=True)
class _Classes:
    """The target's distinct values, numbers in their order and texts in theirs.

    Beyond MOST_CLASSES only a first few are named: they cannot be classes any more.
    """

    count: int
    names: list[str]
    codes: Floats

    @classmethod
    def of(cls, column: Column, numbers: Floats) -> "_Classes":
        if isinstance(column, Numbers):
            values, codes = np.unique(numbers, return_inverse=True)
            values = values[~np.isnan(values)]
            names = [f"{value:.15g}" for value in values[: MOST_CLASSES + 1]]
            return cls(len(values), names, np.where(column.present, codes, np.nan))
        used = np.flatnonzero(column.counts(column.present))
        words = column.words.take(pa.array(used[: MOST_CLASSES + 1])).to_pylist()
        order = sorted(range(len(words)), key=lambda place: str(words[place]))
        code_of = np.full(len(column.words), np.nan)
        code_of[used[order]] = np.arange(len(order))
        return cls(len(used), [words[place] for place in order], column.spread(code_of))


def _as_numbers(column: Column, when_unclear: str) -> Floats:
    """The target as numbers; all NaN if it is none."""
    if isinstance(column, Numbers):
        return column.values.astype(np.float64)
    counts = column.counts(column.present)
    mark, share = decimal_mark(column.words, counts, when_unclear)
    if share < _NUMERIC_SHARE:
        return np.full(len(column.codes), np.nan)
    return column.spread(numbers_in(column.words, mark))


def _natural(classes: _Classes, numbers: Floats, rows: int) -> Objective:
    count, given = classes.count, numbers[~np.isnan(numbers)]
    if count == 2:
        return Objective.BINARY
    if len(given) == 0:
        return Objective.MULTICLASS
    whole = np.array_equal(np.trunc(given), given)
    few = count <= min(_MOST_WHOLE_CLASSES, max(3, _MOST_SHARE_OF_CLASSES * rows))
    return Objective.MULTICLASS if whole and few else Objective.REGRESSION


def _goal(name: str, objective: Objective, classes: _Classes, numbers: Floats) -> Goal:
    count = classes.count
    match objective:
        case Objective.REGRESSION if np.isnan(numbers).all():
            raise Refused(
                f"The target '{name}' holds texts such as '{classes.names[0]}', and a regression "
                "predicts numbers: choose a numeric target, or classes as the objective."
            )
        case Objective.REGRESSION:
            return Goal(name, objective, numbers)
        case Objective.BINARY if count != 2:
            raise Refused(
                f"The target '{name}' has {count:,} different values, and one of two outcomes is "
                "asked for: choose a target with two values, or another objective."
            )
        case _ if count > MOST_CLASSES or 2 * count > len(classes.codes):
            raise Refused(
                f"The target '{name}' has {count:,} different values in {len(classes.codes):,} "
                f"rows: choose a target with numbers, or with at most {MOST_CLASSES} classes of "
                "several rows each."
            )
    return Goal(name, objective, classes.codes, classes.names)


def _without_rare(goal: Goal) -> Goal:
    """Classes too rare to be in every split are left out, unless fewer than two would remain."""
    counts = np.bincount(goal.labels[goal.usable].astype(np.int64), minlength=len(goal.classes))
    kept = np.flatnonzero(counts >= FEWEST_OF_A_CLASS)
    if len(kept) == len(counts):
        return goal
    rare = [goal.classes[place] for place in np.flatnonzero(counts < FEWEST_OF_A_CLASS)]
    if len(kept) < 2:
        raise Refused(
            f"Of the target '{goal.name}' the values {quoted(rare, 5)} are in fewer than "
            f"{FEWEST_OF_A_CLASS} rows: add rows of them, or choose another target."
        )
    code_of = np.full(len(counts) + 1, np.nan)
    code_of[kept] = np.arange(len(kept))
    places = np.where(goal.usable, goal.labels, len(counts)).astype(np.int64)
    told = f"fewer than {FEWEST_OF_A_CLASS} rows of their class ({quoted(rare, 5)})"
    _check_rows(goal.name, int(counts[kept].sum()))
    return replace(
        goal,
        labels=code_of[places],
        classes=[goal.classes[place] for place in kept],
        dropped=goal.dropped | {told: int(counts.sum() - counts[kept].sum())},
    )


def _check_rows(name: str, rows: int) -> None:
    if rows < FEWEST_ROWS:
        raise Refused(
            f"The target '{name}' has too few rows with a value ({rows}): upload at least "
            f"{FEWEST_ROWS}."
        )
