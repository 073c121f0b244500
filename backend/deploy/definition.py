"""Responsible for turning a committed pipeline definition into the one that is deployed."""

import json
from collections.abc import Mapping
from typing import Any

from backend.domain.errors import DeploymentFailed

RECORD_BUILD = "${RecordBuildFunctionArn}"


def filled(text: str, *, record_build_arn: str, defaults: Mapping[str, str]) -> str:
    """The definition with the Lambda step's function and the named parameters' default values.

    Raises DeploymentFailed when the definition lacks one of them.
    """
    if RECORD_BUILD not in text:
        raise DeploymentFailed(f"The pipeline definition names no {RECORD_BUILD}: build it anew.")
    definition: dict[str, Any] = json.loads(text.replace(RECORD_BUILD, record_build_arn))
    parameters = {parameter["Name"]: parameter for parameter in definition["Parameters"]}
    for name, value in defaults.items():
        if name not in parameters:
            raise DeploymentFailed(f"The pipeline definition has no parameter {name}: add it.")
        parameters[name]["DefaultValue"] = value
    return json.dumps(definition, separators=(",", ":"))
