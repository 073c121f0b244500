"""Responsible for reading the few lines of a Dockerfile that say how its program is started."""

import json
import re
import shlex

from backend.embedded.faults import JobFailed

_CONTINUED = re.compile(r"\\\s*\n")


def entrypoint_in(text: str) -> tuple[str, ...]:
    """The JSON form of ENTRYPOINT; raises JobFailed when the image has none."""
    for instruction, rest in reversed(_instructions(text)):
        if instruction == "ENTRYPOINT" and rest.startswith("["):
            return tuple(json.loads(rest))
    raise JobFailed('ClientError: The image\'s Dockerfile has no ENTRYPOINT ["program", ...].')


def environment_in(text: str) -> dict[str, str]:
    """What its ENV lines set, in the NAME=value form."""
    pairs: dict[str, str] = {}
    for instruction, rest in _instructions(text):
        if instruction == "ENV":
            pairs |= dict(word.split("=", 1) for word in shlex.split(rest) if "=" in word)
    return pairs


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = (line.strip() for line in _CONTINUED.sub(" ", text).splitlines())
    words = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return [(word[0].upper(), word[1]) for word in words if len(word) == 2]
