"""The images' sources: each travels alone, and what two of them share is the same."""

import ast
import importlib.metadata
import json
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from backend.deploy.source import CONTAINERS

IMAGES = ("evaluate", "linear", "preprocess", "xgboost")
LOCK = CONTAINERS.parents[2] / "requirements.txt"
OF_A_PACKAGE = {
    "sklearn": "scikit-learn",
    "xgboost": "xgboost-cpu",
    "charset_normalizer": "charset-normalizer",
}


def requirements(image: str) -> dict[str, str]:
    lines = (CONTAINERS / image / "requirements.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines)


def imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").split(".")[0])
    return found


def test_there_is_a_folder_for_each_image():
    assert sorted(path.parent.name for path in CONTAINERS.glob("*/Dockerfile")) == list(IMAGES)


@pytest.mark.parametrize("image", IMAGES)
def test_a_dockerfile_starts_a_program_that_is_there(image: str):
    text = (CONTAINERS / image / "Dockerfile").read_text()
    assert text.startswith("FROM python:3.11-slim\n")
    assert "COPY . /opt/program\n" in text
    [entrypoint] = re.findall(r"^ENTRYPOINT (.*)$", text, re.MULTILINE)
    python, program = json.loads(entrypoint)
    assert python == "python3"
    assert (CONTAINERS / image / program.removeprefix("/opt/program/")).is_file()


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_imports_its_own_files_and_what_it_requires(image: str):
    folder = CONTAINERS / image
    own = {file.stem for file in folder.glob("*.py")}
    assert not own & sys.stdlib_module_names
    known = {
        OF_A_PACKAGE.get(name, name) for file in folder.glob("*.py") for name in imported(file)
    }
    foreign = known - own - sys.stdlib_module_names
    assert foreign <= requirements(image).keys()


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_whatever_its_packages_require(image: str):
    """They are installed one by one, without a look at what else they would want."""
    installed = requirements(image)
    for package in installed:
        for wanted in map(Requirement, importlib.metadata.requires(package) or []):
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                assert canonicalize_name(wanted.name) in installed, f"{package} needs {wanted}"


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_the_versions_of_the_lock(image: str):
    locked = {}
    for line in LOCK.read_text().splitlines():
        if re.match(r"[a-z0-9]", line):
            package = Requirement(line)
            if package.marker is None or package.marker.evaluate(
                {"python_version": "3.11", "python_full_version": "3.11.9"}
            ):
                locked[package.name] = str(package.specifier).removeprefix("==")
    assert requirements(image).items() <= locked.items()


@pytest.mark.parametrize(
    ("file", "images"),
    [
        ("training_job.py", ("xgboost", "linear")),
        ("knobs.py", ("xgboost", "linear")),
        ("terms.py", ("linear", "evaluate")),
    ],
)
def test_images_that_share_a_file_carry_the_same_one(file: str, images: tuple[str, str]):
    first, second = ((CONTAINERS / image / file).read_bytes() for image in images)
    assert first == second


def test_no_image_loads_what_could_run_code():
    for file in CONTAINERS.rglob("*.py"):
        assert not imported(file) & {"pickle", "joblib", "cloudpickle", "shelve", "dill", "marshal"}
