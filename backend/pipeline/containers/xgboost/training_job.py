"""Responsible for SageMaker's training contract: what a job is given and what it leaves behind.

Both training images carry this file, the same to the byte.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from knobs import Refused, Value, chosen
from numpy.typing import NDArray

ROOT = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
MODEL = ROOT / "model"
_FAILURE_LIMIT = 1000
_ALGORITHM = Path(__file__).with_name("algorithm.json")


@dataclass(frozen=True, slots=True)
class Rows:
    """Features by row and column, as the schema lists them, and a label for each row."""

    features: NDArray[np.float32]
    labels: NDArray[np.float64]

    @property
    def varies(self) -> bool:
        return bool(np.ptp(self.labels) > 0)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learnt: the rows, the schema they follow and the knobs to turn."""

    schema: Mapping[str, Any]
    train: Rows
    validation: Rows
    knobs: Mapping[str, Value]
    seed: int

    @property
    def feature_names(self) -> list[str]:
        return [feature["name"] for feature in self.schema["features"]]

    @property
    def is_category(self) -> list[bool]:
        return [feature["kind"] == "category" for feature in self.schema["features"]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A score for tuning to maximise, and how much of the model rests on each feature."""

    score: float
    weights: Mapping[str, float]


def run(learn: Callable[[Task], Outcome]) -> int:
    """The program's exit code; a refusal becomes the job's failure reason."""
    sys.excepthook = _unforeseen
    if not _is_first_host():
        print("another host of this job trains the model")
        return 0
    try:
        algorithm = json.loads(_ALGORITHM.read_text())
        task = _task(algorithm)
        outcome = learn(task)
    except Refused as refusal:
        _leave_failure(str(refusal))
        return 1
    _leave(algorithm, task, outcome)
    print(f"validation_score={outcome.score:.8g}")
    return 0


def _task(algorithm: Mapping[str, Any]) -> Task:
    given = json.loads((ROOT / "input/config/hyperparameters.json").read_text())
    schema = json.loads((_channel("schema") / "schema.json").read_text())
    if schema["objective"] not in algorithm["objectives"]:
        raise Refused(f"{algorithm['title']} cannot learn a {schema['objective']} target.")
    knobs = chosen(algorithm, given)
    told = ", ".join(f"{name}={value}" for name, value in knobs.items())
    print(f"{algorithm['title']} for '{schema['target']}' ({schema['objective']}): {told}")
    task = Task(schema, _rows("train"), _rows("validation"), knobs, int(given.get("seed", 0)))
    print(
        f"{len(task.train.labels):,} rows to train on, {len(task.validation.labels):,} to validate"
    )
    return task


def _rows(channel: str) -> Rows:
    table = pq.read_table(_channel(channel) / f"{channel}.parquet")
    features = np.empty((table.num_rows, table.num_columns - 1), np.float32)
    for place in range(features.shape[1]):
        features[:, place] = table.column(place + 1).to_numpy()
    return Rows(features, table.column(0).to_numpy())


def _channel(name: str) -> Path:
    return ROOT / "input/data" / name


def _leave(algorithm: Mapping[str, Any], task: Task, outcome: Outcome) -> None:
    """Beside the model itself: what it needs to score alone, and what it has learnt from."""
    total = sum(outcome.weights.values()) or 1.0
    weights = {name: weight / total for name, weight in outcome.weights.items()}
    model = {
        "algorithm": algorithm["name"],
        "objective": task.schema["objective"],
        "target": task.schema["target"],
        "classes": task.schema["classes"],
        "features": task.feature_names,
        "hyperparameters": dict(task.knobs),
        "seed": task.seed,
        "validation_score": outcome.score,
        "importances": dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))),
    }
    (MODEL / "model.json").write_text(json.dumps(model, indent=1, allow_nan=False))
    shutil.copyfile(_channel("schema") / "schema.json", MODEL / "schema.json")


def _is_first_host() -> bool:
    file = ROOT / "input/config/resourceconfig.json"
    if not file.exists():
        return True
    told = json.loads(file.read_text())
    return bool(told["current_host"] == min(told["hosts"]))


def _leave_failure(sentence: str) -> None:
    (ROOT / "output").mkdir(parents=True, exist_ok=True)
    (ROOT / "output/failure").write_text(sentence[:_FAILURE_LIMIT])
    print(sentence)


def _unforeseen(
    kind: type[BaseException], fault: BaseException, trace: TracebackType | None
) -> None:
    _leave_failure(
        f"Training ended by a fault of the program ({kind.__name__}): see the job's log."
    )
    sys.__excepthook__(kind, fault, trace)
