"""Responsible for the ranges a tuning job searches: their scales, their bounds, their texts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.embedded.faults import InvalidRequest

# From this ratio of its ends on, Auto searches a positive range by orders of magnitude.
_AUTO_LOGARITHMIC_RATIO = 100.0


class Scale(StrEnum):
    LINEAR = "Linear"
    LOGARITHMIC = "Logarithmic"
    REVERSE_LOGARITHMIC = "ReverseLogarithmic"

    def stretched(self, value: float) -> float:
        match self:
            case Scale.LOGARITHMIC:
                return math.log(value)
            case Scale.REVERSE_LOGARITHMIC:
                return -math.log1p(-value)
        return value

    def shrunk(self, value: float) -> float:
        match self:
            case Scale.LOGARITHMIC:
                return math.exp(value)
            case Scale.REVERSE_LOGARITHMIC:
                return -math.expm1(-value)
        return value


@dataclass(frozen=True, slots=True)
class Continuous:
    name: str
    low: float
    high: float
    scale: Scale

    width = 1

    def value_at(self, position: Sequence[float]) -> str:
        """The value this far, from 0 to 1, between the ends."""
        low, high = self.scale.stretched(self.low), self.scale.stretched(self.high)
        value = self.scale.shrunk(low + position[0] * (high - low))
        return repr(min(max(value, self.low), self.high))

    def position_of(self, text: str) -> list[float]:
        low, high = self.scale.stretched(self.low), self.scale.stretched(self.high)
        return [(self.scale.stretched(float(text)) - low) / (high - low) if high > low else 0.5]


@dataclass(frozen=True, slots=True)
class Integer:
    """Each whole number has its own stretch of the scale, so that the ends are not rarer."""

    name: str
    low: int
    high: int
    scale: Scale

    width = 1

    def value_at(self, position: Sequence[float]) -> str:
        low, high = self._ends()
        value = self.scale.shrunk(low + position[0] * (high - low))
        return str(min(max(round(value), self.low), self.high))

    def position_of(self, text: str) -> list[float]:
        low, high = self._ends()
        return [(self.scale.stretched(float(text)) - low) / (high - low)]

    def _ends(self) -> tuple[float, float]:
        return self.scale.stretched(self.low - 0.5), self.scale.stretched(self.high + 0.5)


@dataclass(frozen=True, slots=True)
class Categorical:
    name: str
    values: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.values)

    def value_at(self, position: Sequence[float]) -> str:
        """The category with the highest share."""
        return self.values[max(range(len(self.values)), key=lambda place: position[place])]

    def position_of(self, text: str) -> list[float]:
        return [float(value == text) for value in self.values]


Range = Continuous | Integer | Categorical


def ranges_in(written: Mapping[str, Any]) -> tuple[Range, ...]:
    """A tuning job's ParameterRanges; raises InvalidRequest and names the range at fault."""
    ranges: list[Range] = [_continuous(one) for one in written.get("ContinuousParameterRanges", ())]
    ranges += [_integer(one) for one in written.get("IntegerParameterRanges", ())]
    ranges += [
        Categorical(one["Name"], tuple(one["Values"]))
        for one in written.get("CategoricalParameterRanges", ())
    ]
    names = [one.name for one in ranges]
    if written.get("AutoParameters"):
        raise InvalidRequest("AutoParameters are not searched by this cloud.")
    if not ranges:
        raise InvalidRequest("ParameterRanges names nothing to search.")
    for name in names:
        if names.count(name) > 1:
            raise InvalidRequest(f"Hyperparameter {name!r} has two ranges.")
    return tuple(ranges)


def _continuous(written: Mapping[str, str]) -> Continuous:
    name = written["Name"]
    try:
        low, high = float(written["MinValue"]), float(written["MaxValue"])
    except ValueError as fault:
        raise _unfit(name, "its ends are not numbers") from fault
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise _unfit(name, f"{low} to {high} is no range")
    return Continuous(name, low, high, _scale(name, written, low, high))


def _integer(written: Mapping[str, str]) -> Integer:
    name = written["Name"]
    try:
        low, high = int(written["MinValue"]), int(written["MaxValue"])
    except ValueError as fault:
        raise _unfit(name, "its ends are not whole numbers") from fault
    if low > high:
        raise _unfit(name, f"{low} to {high} is no range")
    scale = _scale(name, written, low, high)
    if scale is Scale.REVERSE_LOGARITHMIC:
        raise _unfit(name, "whole numbers cannot be searched on a ReverseLogarithmic scale")
    return Integer(name, low, high, scale)


def _scale(name: str, written: Mapping[str, str], low: float, high: float) -> Scale:
    asked = written.get("ScalingType", "Auto")
    if asked == "Auto":
        wide = low > 0 and high / low >= _AUTO_LOGARITHMIC_RATIO
        return Scale.LOGARITHMIC if wide else Scale.LINEAR
    scale = Scale(asked)
    if scale is Scale.LOGARITHMIC and low <= 0:
        raise _unfit(name, "a Logarithmic scale begins above 0")
    if scale is Scale.REVERSE_LOGARITHMIC and not 0 <= low <= high < 1:
        raise _unfit(name, "a ReverseLogarithmic scale lies within 0 and 1")
    return scale


def _unfit(name: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"Hyperparameter range {name!r} cannot be searched: {why}.")
