"""Responsible for what a tenant chooses for a build, and how it rides on an upload as metadata."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote, unquote

from backend.domain.errors import Invalid

DEFAULT_ALGORITHM = "xgboost"
_TARGET_LIMIT = 240  # with `--target=` in front it must fit a container argument's 256 characters
_PARAMETERS_LIMIT = 1024  # a pipeline parameter's longest value


class Objective(StrEnum):
    """What is predicted; AUTO leaves it to the data."""

    AUTO = "auto"
    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class Choices:
    """One build's choices. An empty target means: the file's last column."""

    algorithm: str = DEFAULT_ALGORITHM
    target: str = ""
    objective: Objective = Objective.AUTO
    tuned: bool = False
    parameters: str = "{}"

    def as_metadata(self) -> dict[str, str]:
        """S3 user metadata; percent-encoded where it may leave ASCII."""
        return {
            "algorithm": self.algorithm,
            "target": quote(self.target),
            "objective": self.objective.value,
            "tuned": "true" if self.tuned else "false",
            "parameters": quote(self.parameters),
        }

    def with_metadata(self, metadata: Mapping[str, str]) -> "Choices":
        """These choices, overridden by what an upload carries; Invalid for what cannot be meant."""
        return checked(
            replace(
                self,
                algorithm=metadata.get("algorithm", self.algorithm),
                target=unquote(metadata["target"]) if "target" in metadata else self.target,
                objective=_objective(metadata.get("objective", self.objective)),
                tuned=_boolean(metadata["tuned"]) if "tuned" in metadata else self.tuned,
                parameters=(
                    unquote(metadata["parameters"]) if "parameters" in metadata else self.parameters
                ),
            )
        )


def checked(choices: Choices) -> Choices:
    """The choices themselves, when a pipeline can carry them; raises Invalid otherwise."""
    if len(choices.target) > _TARGET_LIMIT:
        raise Invalid(
            f"Target column {choices.target[:40]!r}… has {len(choices.target)} characters; "
            f"shorten the column's name to at most {_TARGET_LIMIT}."
        )
    if any(ord(character) < 32 for character in choices.target):
        raise Invalid(f"Target column {choices.target!r} holds control characters: rename it.")
    return replace(choices, parameters=_parameters(choices.parameters))


def _objective(text: str) -> Objective:
    if text not in set(Objective):
        allowed = ", ".join(Objective)
        raise Invalid(f"Objective {text!r} is not known: choose one of {allowed}.")
    return Objective(text)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Invalid(f"Metadata 'tuned' is {text!r}: give 'true' or 'false'.")
    return text.lower() == "true"


def _parameters(text: str) -> str:
    try:
        given = json.loads(text)
    except ValueError as fault:
        raise Invalid(
            f"Metadata 'parameters' is no JSON: {fault}. Give an object such as {{}}."
        ) from fault
    if not isinstance(given, dict):
        raise Invalid("Metadata 'parameters' must be a JSON object of hyperparameters.")
    compact = json.dumps(given, separators=(",", ":"), sort_keys=True)
    if len(compact) > _PARAMETERS_LIMIT:
        raise Invalid(
            f"The hyperparameters take {len(compact)} characters; at most {_PARAMETERS_LIMIT} fit."
        )
    return compact
