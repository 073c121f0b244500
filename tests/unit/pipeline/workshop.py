"""Runs the containers' programs as SageMaker would, in a folder of their own."""

import argparse
import atexit
import functools
import importlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from backend.deploy.source import CONTAINERS

PROGRAMS = {"preprocess": "preprocess.py", "evaluate": "evaluate.py"}
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    told: str
    log: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What Preprocess left behind."""

    root: Path

    @property
    def report(self) -> dict[str, Any]:
        return read(self.root / "processing/report/report.json")

    @property
    def schema(self) -> dict[str, Any]:
        return read(self.root / "processing/schema/schema.json")

    def rows(self, split: str) -> pd.DataFrame:
        table = pd.read_parquet(self.root / f"processing/{split}/{split}.parquet")
        names = [feature["name"] for feature in self.schema["features"]]
        return table.set_axis(["label", *names], axis=1)

    def all_rows(self) -> pd.DataFrame:
        return pd.concat([self.rows(split) for split in SPLITS], ignore_index=True)

    def treatment(self, column: str) -> str:
        [found] = [told for told in self.report["columns"] if told["name"] == column]
        return str(found["treatment"])

    def kind(self, column: str) -> str:
        [found] = [told for told in self.report["columns"] if told["name"] == column]
        return str(found["kind"])


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def run(image: str, root: Path, *arguments: str) -> Ended:
    """The image's program, with the environment it has in its container."""
    root.mkdir(parents=True, exist_ok=True)
    order = {
        "program": str(program_of(image)),
        "arguments": arguments,
        "environment": {"SAGEMAKER_BASE_DIR": str(root)},
        "log": str(root / "log.txt"),
    }
    server = _launcher()
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps(order) + "\n")
    server.stdin.flush()
    code = int(server.stdout.readline())
    left = [root / "output/message", root / "output/failure"]
    told = "".join(file.read_text() for file in left if file.exists())
    return Ended(code, told, (root / "log.txt").read_text())


def program_of(image: str) -> Path:
    return CONTAINERS / image / PROGRAMS.get(image, "train.py")


@functools.cache
def _launcher() -> "subprocess.Popen[str]":
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("launcher.py"))],
        env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": os.defpath},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(_end, server)
    return server


def _end(server: "subprocess.Popen[str]") -> None:
    server.communicate()


def preprocess(root: Path, content: bytes, name: str = "data.csv", **given: Any) -> Ended:
    """The program as it is started in its container."""
    _lay_down(root, content, name)
    return run("preprocess", root, *(f"--{name}={value}" for name, value in _chosen(given).items()))


def prepared(root: Path, content: bytes, name: str = "data.csv", **given: Any) -> Prepared:
    """What the program does between start and exit code, without a process of its own."""
    _lay_down(root, content, name)
    _preprocess_module().prepare(root / "processing", argparse.Namespace(**_chosen(given)))
    return Prepared(root)


def refusal(root: Path, content: bytes, name: str = "data.csv", **given: Any) -> str:
    """The sentence a tenant reads."""
    told = refused(root, content, name, **given)
    assert told is not None
    return told


def refused(root: Path, content: bytes, name: str = "data.csv", **given: Any) -> str | None:
    """The sentence, if there is one."""
    try:
        prepared(root, content, name, **given)
    except _preprocess_module().Refused as refusal:
        told = str(refusal)
        assert told.endswith(".")
        return told
    return None


def _lay_down(root: Path, content: bytes, name: str) -> None:
    folder = root / "processing/input"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)


def _chosen(given: dict[str, Any]) -> dict[str, Any]:
    return {"target": "", "objective": "auto", "seed": 0, "algorithm": "xgboost"} | given


@functools.cache
def _preprocess_module() -> Any:
    folder = str(CONTAINERS / "preprocess")
    sys.path.insert(0, folder)
    try:
        return importlib.import_module("preprocess")
    finally:
        sys.path.remove(folder)


def train(algorithm: str, root: Path, prepared_in: Path, **given: str) -> Ended:
    """Trains on what Preprocess left in another folder; `given` are flat hyperparameters."""
    config, data = root / "input/config", root / "input/data"
    config.mkdir(parents=True)
    data.mkdir()
    (root / "model").mkdir()
    for channel in ("train", "validation", "schema"):
        (data / channel).symlink_to(prepared_in / "processing" / channel)
    hyperparameters = {"parameters": "{}", "seed": "0"} | given
    (config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    (config / "resourceconfig.json").write_text(
        json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]})
    )
    return run(algorithm, root)


def evaluate(root: Path, model: Path, prepared_in: Path) -> Mapping[str, Any]:
    folder = root / "processing"
    (folder / "model").mkdir(parents=True)
    with tarfile.open(folder / "model/model.tar.gz", "w:gz") as archive:
        for file in sorted(model.iterdir()):
            archive.add(file, file.name)
    for name in ("test", "schema"):
        (folder / name).symlink_to(prepared_in / "processing" / name)
    ended = run("evaluate", root)
    assert ended.code == 0, ended.log
    return read(folder / "evaluation/evaluation.json")


def built(
    root: Path, content: bytes, algorithm: str, *, hyperparameters: str = "{}", **given: Any
) -> Mapping[str, Any]:
    """A file's whole way to its evaluation."""
    prepared(root / "prepare", content, **given)
    ended = train(algorithm, root / "train", root / "prepare", parameters=hyperparameters)
    assert ended.code == 0, ended.log
    assert "validation_score=" in ended.log
    return evaluate(root / "evaluate", root / "train/model", root / "prepare")
