"""Responsible for the algorithms tenants may choose: image, knobs, what tuning searches."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One knob: `kind` is integer, float, boolean or choice; bounds as text, empty where none."""

    name: str
    kind: str
    default: str
    minimum: str = ""
    maximum: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class TunedRange:
    name: str
    minimum: str
    maximum: str


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A training image under a name tenants choose, with its `algorithm.json` parsed."""

    algorithm: str
    title: str
    description: str
    image_uri: str
    objectives: tuple[str, ...]
    hyperparameters: tuple[Hyperparameter, ...]
    tuned_continuous: TunedRange
    tuned_integer: TunedRange

    @classmethod
    def from_document(cls, document: dict[str, Any], image_uri: str) -> "Algorithm":
        """Parses a container's `algorithm.json`."""
        ranges = document["tuned"]
        return cls(
            algorithm=document["name"],
            title=document["title"],
            description=document["description"],
            image_uri=image_uri,
            objectives=tuple(document["objectives"]),
            hyperparameters=tuple(_hyperparameter(knob) for knob in document["hyperparameters"]),
            tuned_continuous=_range(ranges["continuous"]),
            tuned_integer=_range(ranges["integer"]),
        )


def _hyperparameter(knob: dict[str, Any]) -> Hyperparameter:
    return Hyperparameter(
        name=knob["name"],
        kind=knob["type"],
        default=str(knob["default"]),
        minimum=str(knob.get("min", "")),
        maximum=str(knob.get("max", "")),
        description=knob.get("description", ""),
    )


def _range(given: dict[str, Any]) -> TunedRange:
    return TunedRange(given["name"], str(given["min"]), str(given["max"]))
