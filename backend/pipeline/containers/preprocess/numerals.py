"""Responsible for texts that are numbers: decimal commas, grouped thousands, money, percent."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

POINT, COMMA = ".", ","
_SPACES = r" \x{00a0}\x{202f}'"


def _pattern(decimal: str, grouping: str) -> str:
    grouped = rf"[1-9]\d{{0,2}}([{grouping}{_SPACES}]\d{{3}})+"
    return rf"^[+-]?((\d+|{grouped})({decimal}\d*)?|{decimal}\d+)([eE][+-]?\d+)?$"


_PATTERN = {POINT: _pattern(r"\.", ","), COMMA: _pattern(",", ".")}
_GROUPING = {POINT: rf"[,{_SPACES}]", COMMA: rf"[.{_SPACES}]"}
_MONEY = r"^[$€£¥]\s*|\s*[$€£¥%]$"


def numbers_in(words: pa.Array, decimal: str) -> NDArray[np.float64]:
    """The words as numbers written with this decimal mark; NaN for those that are none."""
    bare = pc.replace_substring_regex(words, pattern=_MONEY, replacement="")
    is_number = pc.match_substring_regex(bare, pattern=_PATTERN[decimal])
    plain = pc.replace_substring_regex(bare, pattern=_GROUPING[decimal], replacement="")
    if decimal == COMMA:
        plain = pc.replace_substring(plain, pattern=",", replacement=".")
    numbers: NDArray[np.float64] = (
        pc.if_else(is_number, plain, None).cast(pa.float64()).to_numpy(zero_copy_only=False)
    )
    return np.where(np.isfinite(numbers), numbers, np.nan)


def decimal_mark(
    words: pa.Array, counts: NDArray[np.int64], when_unclear: str
) -> tuple[str, float]:
    """The mark by which most cells are numbers, and the share of cells that are.

    '1,234' alone may be either; so may a whole column of its kind.
    """
    shares = {
        mark: float(counts[~np.isnan(numbers_in(words, mark))].sum() / counts.sum())
        for mark in (POINT, COMMA)
    }
    if shares[POINT] == shares[COMMA]:
        has_comma = pc.any(pc.match_substring(words.filter(pa.array(counts > 0)), ",")).as_py()
        mark = when_unclear if has_comma else POINT
    else:
        mark = max(shares, key=lambda mark: shares[mark])
    return mark, shares[mark]
