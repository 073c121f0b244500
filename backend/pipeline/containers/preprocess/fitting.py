"""Responsible for what a column is and how it is treated, learnt from the training split alone."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cells import Column, Floats, Mask, Numbers, Texts
from dates import date_format
from numerals import POINT, decimal_mark
from numpy.typing import NDArray
from transform import Kind, dated, numbered

MOST_CATEGORIES = 100
# A category seen less often tells nothing that would hold for other rows.
FEWEST_OF_A_CATEGORY = 3
_SAME_KIND = 0.95  # the share of cells that have to agree on being numbers, or dates
_OWN_VALUE = 0.9  # from this share of distinct texts on, a column names rows
_COVERED = 0.5  # the share of rows the kept categories have to cover
_PAIRS = (("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("on", "off"))
_ID_NAME = re.compile(r"(^|_)(id|uuid|guid|key|index|idx|nr|no|row|rownames)$")
_UNNAMED = ("column_1", "unnamed_0")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")

Plan = dict[str, Any]


def fitted(name: str, column: Column, training: Mask, *, when_unclear: str) -> Plan:
    """A plain-JSON account of the column that `transform.transformed` can follow."""
    if not column.present[training].any():
        return _dropped(name, "it is empty")
    if isinstance(column, Numbers):
        return _numeric(name, column.values[training], POINT)
    counts = column.counts(training)
    mark, share = decimal_mark(column.words, counts, when_unclear)
    if share >= _SAME_KIND:
        return _numeric(name, numbered(column, mark)[training], mark)
    seen = column.words.filter(pa.array(counts > 0))
    form, share = date_format(seen)
    if share >= _SAME_KIND:
        return _date(name, column, form, training)
    return _texts(name, column, training, counts)


def _numeric(name: str, values: Floats, mark: str) -> Plan:
    present = values[~np.isnan(values)]
    absent = len(present) < len(values)
    if not absent and present.min() == present.max():
        return _dropped(name, f"it holds nothing but {present[0]:.15g}")
    if _names_rows(name, present):
        return _dropped(name, "it numbers the rows and says nothing about other ones")
    return {
        "name": name,
        "kind": Kind.NUMERIC,
        "decimal": mark,
        "medians": {"": _median(present)},
        "absence": absent,
    }


def _names_rows(name: str, values: Floats) -> bool:
    """Whole numbers, each there once, under a name that says so; or that count on, unnamed."""
    if not np.array_equal(np.trunc(values), values):
        return False
    snake = _HUMP.sub("_", name).strip("_").lower()
    if _ID_NAME.search(snake):
        return len(np.unique(values)) == len(values)
    return snake in _UNNAMED and bool(np.all(np.diff(values) > 0))


def _date(name: str, column: Column, form: str, training: Mask) -> Plan:
    found = {part: values[training] for part, values in dated(column, form).items()}
    present = {part: values[~np.isnan(values)] for part, values in found.items()}
    varying = {part: v for part, v in present.items() if v.min() < v.max()}
    if not varying:
        return _dropped(name, "it holds one date only")
    return {
        "name": name,
        "kind": Kind.DATE,
        "format": form,
        "medians": {part: _median(values) for part, values in varying.items()},
        "absence": len(present["days"]) < len(found["days"]),
    }


def _texts(name: str, column: Texts, training: Mask, counts: NDArray[np.int64]) -> Plan:
    rows, distinct = int(counts.sum()), int(np.sum(counts > 0))
    absent = rows < int(training.sum())
    seen = column.words.filter(pa.array(counts > 0))
    if distinct == 1 and not absent:
        return _dropped(name, f"it holds nothing but '{seen[0].as_py()}'")
    if distinct > max(2, _OWN_VALUE * rows):
        return _dropped(name, f"it holds {distinct:,} different texts in {rows:,} rows")
    lower = set(pc.utf8_lower(seen).to_pylist()) if distinct <= 4 else set()
    for true, false in _PAIRS:
        if lower == {true, false}:
            return _boolean(name, column, true, false, training)
    return _category(name, column, counts, absent)


def _boolean(name: str, column: Texts, true: str, false: str, training: Mask) -> Plan:
    lower = pc.utf8_lower(column.words)
    answers = np.where(pc.equal(lower, true), 1.0, np.where(pc.equal(lower, false), 0.0, np.nan))
    values = column.spread(answers)[training]
    present = values[~np.isnan(values)]
    return {
        "name": name,
        "kind": Kind.BOOLEAN,
        "true": true,
        "false": false,
        "medians": {"": _median(present)},
        "absence": len(present) < len(values),
    }


def _category(name: str, column: Texts, counts: NDArray[np.int64], absent: bool) -> Plan:
    """The most frequent values, in their order, and by text where they are equally frequent."""
    often = np.flatnonzero(counts >= FEWEST_OF_A_CATEGORY)
    words = column.words.take(pa.array(often)).to_pylist()
    order = sorted(range(len(words)), key=lambda place: (-counts[often[place]], words[place]))
    kept = order[:MOST_CATEGORIES]
    covered = int(counts[often[kept]].sum()) / int(counts.sum())
    distinct = int(np.sum(counts > 0))
    if covered < _COVERED:
        return _dropped(name, f"its {distinct:,} different texts are too rare to learn from")
    return {
        "name": name,
        "kind": Kind.CATEGORY,
        "categories": [words[place] for place in kept],
        "rare": distinct - len(kept),
        "absence": absent,
    }


def _median(values: Floats) -> float:
    # In the precision of a feature, however the cells were held.
    return float(np.median(values.astype(np.float32)))


def _dropped(name: str, why: str) -> Plan:
    return {"name": name, "kind": Kind.DROPPED, "reason": why}
