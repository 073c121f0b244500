"""Responsible for a column as the model sees it: what was fitted, applied to any rows."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import numpy as np
from cells import Column, Floats, Numbers
from dates import moments, parts
from numerals import numbers_in
from numpy.typing import NDArray

Fitted = Mapping[str, Any]
Feature = NDArray[np.float32]

# Codes of a category; its known values follow from FIRST_KNOWN on.
UNKNOWN, ABSENT, FIRST_KNOWN = 0, 1, 2


class Kind(StrEnum):
    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATE = "date"
    DROPPED = "dropped"


def features_of(fitted: Fitted) -> list[dict[str, str]]:
    """The features a column becomes, in their order, each with its kind and its column."""
    name = fitted["name"]
    match Kind(fitted["kind"]):
        case Kind.DROPPED:
            return []
        case Kind.CATEGORY:
            return [{"name": name, "kind": Kind.CATEGORY, "column": name}]
        case Kind.DATE:
            features = [f"{name} ({part})" for part in fitted["medians"]]
        case _:
            features = [name]
    if fitted["absence"]:
        features.append(f"{name} (missing)")
    return [{"name": feature, "kind": Kind.NUMERIC, "column": name} for feature in features]


def transformed(fitted: Fitted, column: Column) -> list[Feature]:
    """The column's features, in the order of `features_of`, for every row."""
    values: Mapping[str, Floats]
    match Kind(fitted["kind"]):
        case Kind.DROPPED:
            return []
        case Kind.CATEGORY:
            return [_coded(fitted, column)]
        case Kind.DATE:
            values = dated(column, fitted["format"])
        case Kind.BOOLEAN:
            values = {"": answered(column, fitted["true"], fitted["false"])}
        case _:
            values = {"": numbered(column, fitted["decimal"])}
    features = [_filled(values[part], median) for part, median in fitted["medians"].items()]
    if fitted["absence"]:
        features.append(np.isnan(next(iter(values.values()))).astype(np.float32))
    return features


def numbered(column: Column, decimal: str) -> Floats:
    if isinstance(column, Numbers):
        return column.values
    return column.spread(numbers_in(column.words, decimal))


def answered(column: Column, true: str, false: str) -> Floats:
    """1 for the word that means yes, 0 for the one that means no, NaN for any other."""
    if isinstance(column, Numbers):
        return np.full(len(column.values), np.nan)
    words = [word.casefold() for word in column.words.to_pylist()]
    return column.spread(
        np.array([1.0 if word == true else 0.0 if word == false else np.nan for word in words])
    )


def dated(column: Column, form: str) -> Mapping[str, Floats]:
    if isinstance(column, Numbers):
        return parts(np.full(len(column.values), np.datetime64("NaT", "s")))
    found = parts(moments(column.words, form))
    return {name: column.spread(values) for name, values in found.items()}


def _filled(values: Floats, median: float) -> Feature:
    if not np.isnan(values).any():
        return values.astype(np.float32, copy=False)
    return np.where(np.isnan(values), median, values).astype(np.float32)


def _coded(fitted: Fitted, column: Column) -> Feature:
    code_of = {word: code for code, word in enumerate(fitted["categories"], start=FIRST_KNOWN)}
    if isinstance(column, Numbers):
        words = np.unique(column.values[column.present])
        codes = np.array([code_of.get(f"{word:.15g}", UNKNOWN) for word in words] or [UNKNOWN])
        places = np.searchsorted(words, column.values).clip(max=len(codes) - 1)
        found = codes[places]
    else:
        known = [code_of.get(word, UNKNOWN) for word in column.words.to_pylist()]
        found = np.array([*known, ABSENT])[column.codes]
    return np.where(column.present, found, ABSENT).astype(np.float32)
