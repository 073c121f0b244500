"""Responsible for a column's cells as values: numbers, or codes that point into distinct texts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from missing import MISSING, spellings
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A missing value is NaN."""

    values: Floats

    @property
    def present(self) -> Mask:
        return ~np.isnan(self.values)


@dataclass(frozen=True, slots=True)
class Texts:
    """A missing value has the code -1."""

    codes: NDArray[np.int32]
    words: pa.Array

    @property
    def present(self) -> Mask:
        return self.codes >= 0

    def counts(self, rows: Mask) -> NDArray[np.int64]:
        """How often each word is in these rows."""
        codes = self.codes[rows]
        return np.bincount(codes[codes >= 0], minlength=len(self.words))

    def spread(self, values: Floats) -> Floats:
        """A value for each word as a value for each cell; NaN for missing cells."""
        return np.append(values, np.nan)[self.codes]


Column = Numbers | Texts


def column_of(cells: pa.ChunkedArray, markers: frozenset[str] = MISSING) -> Column:
    """Cells of any flat type; numbers if every one that is not missing is a plain number."""
    if pa.types.is_boolean(cells.type) or not _castable(cells.type):
        cells = cells.cast(pa.string())
    try:
        return Numbers(_tamed(cells.cast(pa.float64(), safe=False).to_numpy()))
    except pa.ArrowInvalid:
        cells = _tidied(cells, markers)  # lets go of the cells as they were written
    texts = _texts(cells)
    try:
        return Numbers(texts.spread(_tamed(texts.words.cast(pa.float64()).to_numpy(False))))
    except pa.ArrowInvalid:
        return texts


def compact(column: Column) -> Column:
    """Half the memory where a model cannot tell the difference; large whole numbers stay exact."""
    if isinstance(column, Texts):
        return column
    small = column.values.astype(np.float32)
    if np.array_equal(small, column.values, equal_nan=True):
        return Numbers(small)
    whole = np.array_equal(np.trunc(column.values), column.values, equal_nan=True)
    return column if whole else Numbers(small)


def fingerprint(prints: NDArray[np.uint64], column: Column) -> NDArray[np.uint64]:
    """The rows' numbers with one more column mixed in; equal rows, and they alone, stay equal."""
    if isinstance(column, Texts):
        return _mixed(prints ^ column.codes.astype(np.uint64))
    plain = np.where(column.present, column.values, np.nan).astype(np.float64) + 0.0  # -0 is 0
    return _mixed(prints ^ plain.view(np.uint64))


def _castable(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_string(kind)
    )


def _tamed(values: Floats) -> Floats:
    """Numbers beyond what a model can hold count as missing."""
    with np.errstate(invalid="ignore"):
        beyond = np.abs(values) > _LARGEST
    return np.where(beyond, np.nan, values) if beyond.any() else values


def _tidied(cells: pa.ChunkedArray, markers: frozenset[str]) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(cells)
    missing = pc.is_in(trimmed, value_set=pa.array(spellings(markers)))
    return pc.if_else(missing, None, trimmed)


def _texts(cells: pa.ChunkedArray) -> Texts:
    chunks = cells.dictionary_encode().chunks
    if not chunks:
        return Texts(np.empty(0, np.int32), pa.array([], pa.string()))
    codes = [chunk.indices.fill_null(-1).to_numpy() for chunk in chunks]
    return Texts(np.concatenate(codes), chunks[0].dictionary)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finisher of splitmix64: every bit of a number changes about half of the others."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
