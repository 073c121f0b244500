"""Responsible for what a job starts: its image's program, its arguments, its small environment."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from backend.embedded.jobs.dockerfile import entrypoint_in, environment_in

_PYTHON = frozenset({"python", "python3"})


def command_of(
    image: Path, root: Path, *, entrypoint: Sequence[str], arguments: Sequence[str]
) -> list[str]:
    """The image's own entrypoint unless one is given; container paths become the job's."""
    program = entrypoint or entrypoint_in((image / "Dockerfile").read_text())
    command = [placed(word, root, image) for word in (*program, *arguments)]
    return [sys.executable if command[0] in _PYTHON else command[0], *command[1:]]


def environment_of(image: Path, root: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the cloud's own environment: no keys, no endpoint."""
    own = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
    }
    of_image = environment_in((image / "Dockerfile").read_text())
    fixed = {"HOME": str(root), "TMPDIR": str(root / "tmp"), "SAGEMAKER_BASE_DIR": str(root)}
    asked = {name: placed(text, root, image) for name, text in (of_image | dict(given)).items()}
    return own | asked | fixed


def placed(text: str, root: Path, image: Path) -> str:
    """A container's path as it is here: `/opt/ml` is the job's folder."""
    return text.replace("/opt/program", str(image)).replace("/opt/ml", str(root))
