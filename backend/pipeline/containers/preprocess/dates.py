"""Responsible for texts that are dates: which format they keep to, and the numbers in them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Moments = NDArray[np.datetime64]

# Where a date could be read both ways, the first format wins: 03/04 is March with slashes.
_DAYS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d.%m.%y",
    "%m/%d/%y",
    "%d-%b-%y",
    "%b-%Y",
    "%Y-%m",
    "%Y %b",
    "%b %Y",
)
_TIMES = ("", " %H:%M:%S", "T%H:%M:%S", " %H:%M", "T%H:%M")
_FORMATS = tuple(day + time for time in _TIMES for day in _DAYS)
_BEYOND_SECONDS = r"(:\d\d)([.,]\d+)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$"
_SAMPLE = 500
_EARLIEST, _LATEST = np.datetime64("1600-01-01"), np.datetime64("2600-01-01")


def date_format(words: pa.Array) -> tuple[str, float]:
    """The format most of these words keep to, and the share that do."""
    sample = words[:: max(1, len(words) // _SAMPLE)]
    if not pc.any(pc.match_substring_regex(sample, pattern=r"\d[-/. ]|[-/., ]\d")).as_py():
        return "", 0.0
    shares = {form: float(np.mean(~np.isnat(moments(sample, form)))) for form in _FORMATS}
    best = max(shares, key=lambda form: shares[form])
    return best, shares[best]


def moments(words: pa.Array, form: str) -> Moments:
    """The words as moments; NaT for those of another format."""
    told = pc.replace_substring_regex(words, pattern=_BEYOND_SECONDS, replacement=r"\1")
    parsed = pc.strptime(told, format=form, unit="s", error_is_null=True)
    found: Moments = parsed.to_numpy(zero_copy_only=False)
    return np.where((found >= _EARLIEST) & (found < _LATEST), found, np.datetime64("NaT"))


def parts(found: Moments) -> dict[str, NDArray[np.float64]]:
    """What a model can use of a moment; NaN where there is none."""
    none = np.isnat(found)
    days, months, years = (found.astype(f"datetime64[{unit}]") for unit in "DMY")
    numbers = {
        "days": (found - np.datetime64("1970-01-01")) / np.timedelta64(1, "D"),
        "year": years.astype(np.int64) + 1970.0,
        "month": (months - years).astype(np.int64) + 1.0,
        "day": (days - months.astype("datetime64[D]")).astype(np.int64) + 1.0,
        "weekday": (days.astype(np.int64) + 3) % 7 + 0.0,
        "hour": (found - days) / np.timedelta64(1, "h"),
    }
    return {name: np.where(none, np.nan, values) for name, values in numbers.items()}
