"""Responsible for the Preprocess step: a tenant's file becomes splits, a schema and a report."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import fitting
import goal as goals
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import source_text
import split as splitting
import table as tables
from cells import Column, Mask, column_of, compact, fingerprint
from goal import Goal, Objective
from missing import MISSING, MISSING_TARGET
from numerals import COMMA, POINT
from numpy.typing import NDArray
from refusal import Refused, quoted
from report import report_of
from split import Split
from table import Table
from transform import Feature, Fitted, features_of, transformed

ROOT = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
_MESSAGE_LIMIT = 1000


def main() -> int:
    sys.excepthook = _unforeseen
    given = _arguments()
    try:
        prepare(ROOT / "processing", given)
    except Refused as refusal:
        _leave_message(str(refusal))
        return 1
    return 0


def prepare(folder: Path, given: argparse.Namespace) -> None:
    """Raises Refused for a file that no model can be built from."""
    objective = _objective(given.objective)
    source = _only_file(folder / "input")
    with tempfile.TemporaryDirectory() as scratch:
        table = tables.read(source, Path(scratch), given.target)
    place = _target(table, given.target)
    columns, prints = _columns(table, place)
    mark = POINT if table.delimiter == "," else COMMA
    goal = goals.recognised(table.names[place], columns.pop(place), objective, when_unclear=mark)
    strata = goal.labels if goal.is_classified else None
    splits, copies = splitting.assigned(prints, strata, goal.usable, given.seed)
    training = splits == Split.TRAIN
    goal = goals.ordered(goal, training)
    names = [name for name in table.names if name != goal.name]
    plans, features = _fitted(names, columns, training, mark)
    rows = {split: _write(folder, split, splits, goal, features) for split in Split}
    _write_json(folder / "schema/schema.json", _schema(goal, plans, training))
    told = report_of(table, goal, plans, rows, copies)
    told |= {"sha256": source_text.sha256(source), "seed": given.seed, "algorithm": given.algorithm}
    _write_json(folder / "report/report.json", told)
    print(f"{table.rows_read:,} rows read, {sum(rows.values()):,} used, {len(features)} features")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="")
    parser.add_argument("--objective", default=Objective.AUTO)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--algorithm", default="")
    return parser.parse_args()


def _objective(asked: str) -> Objective:
    if asked not in set(Objective):
        raise Refused(
            f"The objective '{asked}' is not known: choose one of {quoted(list(Objective))}."
        )
    return Objective(asked)


def _only_file(folder: Path) -> Path:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) != 1:
        raise Refused(f"{len(files)} files were given to build from: upload exactly one.")
    return files[0]


def _target(table: Table, asked: str) -> int:
    place = goals.find(table.names, asked)
    if not asked.strip():
        table.warnings.append(
            f"No target was named: the last column, '{table.names[place]}', is predicted."
        )
    return place


def _columns(table: Table, target: int) -> tuple[list[Column], NDArray[np.uint64]]:
    """Every column as values, and each row's fingerprint; the texts are let go on the way."""
    prints = np.zeros(table.rows, np.uint64)
    columns: list[Column] = []
    for place in range(len(table.names)):
        markers = MISSING_TARGET if place == target else MISSING
        column = column_of(table.take(place), markers)
        pa.default_memory_pool().release_unused()  # the texts', which are numbers or codes now
        prints = fingerprint(prints, column)
        columns.append(column if place == target else compact(column))
    return columns, prints


def _fitted(
    names: list[str], columns: list[Column], training: Mask, mark: str
) -> tuple[list[Fitted], list[Feature]]:
    """What every column becomes; each column is let go once its features are there."""
    plans: list[Fitted] = []
    features: list[Feature] = []
    for name in names:
        column = columns.pop(0)
        plans.append(fitting.fitted(name, column, training, when_unclear=mark))
        features += transformed(plans[-1], column)
    if not features:
        told = "; ".join(f"'{plan['name']}': {plan['reason']}" for plan in plans[:5])
        raise Refused(
            f"No column is left to learn from ({told}). Add columns that vary and repeat, such as "
            "amounts, dates or categories."
        )
    return plans, features


def _write(
    folder: Path, split: Split, splits: splitting.Splits, goal: Goal, features: list[Feature]
) -> int:
    """Parquet: the label, then the features by number, as the schema lists them."""
    rows = np.flatnonzero(splits == split)
    arrays = {"label": pa.array(goal.labels[rows])}
    arrays |= {f"f{n}": pa.array(feature[rows]) for n, feature in enumerate(features)}
    name = split.name.lower()
    (folder / name).mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(arrays), folder / name / f"{name}.parquet", compression="zstd")
    return len(rows)


def _schema(goal: Goal, plans: list[Fitted], training: Mask) -> dict[str, Any]:
    labels = goal.labels[training]
    schema: dict[str, Any] = {
        "target": goal.name,
        "objective": goal.objective,
        "classes": goal.classes,
        "features": [feature for plan in plans for feature in features_of(plan)],
        "columns": plans,
        "missing": sorted(MISSING),
    }
    if goal.is_classified:
        counts = np.bincount(labels.astype(np.int64), minlength=len(goal.classes))
        return schema | {"priors": (counts / counts.sum()).tolist()}
    return schema | {"mean": float(labels.mean())}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False))


def _leave_message(sentence: str) -> None:
    (ROOT / "output").mkdir(parents=True, exist_ok=True)
    (ROOT / "output/message").write_text(sentence[:_MESSAGE_LIMIT])
    print(sentence)


def _unforeseen(
    kind: type[BaseException], fault: BaseException, trace: TracebackType | None
) -> None:
    _leave_message(f"Preprocessing ended by a fault of the program ({kind.__name__}): see the log.")
    sys.__excepthook__(kind, fault, trace)


if __name__ == "__main__":
    sys.exit(main())
