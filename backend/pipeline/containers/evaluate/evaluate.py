"""Responsible for the Evaluate step: the model and its baseline, measured on the test split."""

import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import metrics
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scoring import Model, Unreadable

ROOT = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def main() -> int:
    sys.excepthook = _unforeseen
    folder = ROOT / "processing"
    try:
        model = Model.read(folder / "model/model.tar.gz")
    except Unreadable as fault:
        _leave_message(str(fault))
        return 1
    schema = json.loads((folder / "schema/schema.json").read_text())
    features, labels = _rows(folder / "test/test.parquet")
    evaluation = evaluated(schema, labels, model.predicted(features))
    (folder / "evaluation").mkdir(parents=True, exist_ok=True)
    (folder / "evaluation/evaluation.json").write_text(
        json.dumps(evaluation, indent=1, ensure_ascii=False, allow_nan=False)
    )
    gate = evaluation["gate"]
    print(
        f"{gate['metric']} {gate['score']:.5g} against the baseline's {gate['baseline']:.5g}: "
        f"skill {gate['skill']:.4f} on {evaluation['rows']:,} rows"
    )
    return 0


def evaluated(
    schema: dict[str, Any], labels: NDArray[np.float64], predicted: NDArray[np.float64]
) -> dict[str, Any]:
    """SageMaker's model-quality form, with the gate and the baseline beside it.

    Skill is the share of the baseline's loss that the model takes away.
    """
    group, metric, measured, baseline = metrics.measured(schema, labels, predicted)
    loss, guess = measured[metric], baseline[metric]
    return {
        group: {name: metrics.told(value) for name, value in measured.items()},
        "baseline": baseline,
        "gate": {
            "skill": 1 - loss / guess if guess > 0 else 0.0,
            "score": loss,
            "baseline": guess,
            "metric": metric,
        },
        "objective": schema["objective"],
        "rows": len(labels),
    }


def _rows(file: Path) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    table = pq.read_table(file)
    features = np.empty((table.num_rows, table.num_columns - 1), np.float32)
    for place in range(features.shape[1]):
        features[:, place] = table.column(place + 1).to_numpy()
    return features, table.column(0).to_numpy()


def _leave_message(sentence: str) -> None:
    (ROOT / "output").mkdir(parents=True, exist_ok=True)
    (ROOT / "output/message").write_text(sentence)
    print(sentence)


def _unforeseen(
    kind: type[BaseException], fault: BaseException, trace: TracebackType | None
) -> None:
    _leave_message(f"Evaluation ended by a fault of the program ({kind.__name__}): see the log.")
    sys.__excepthook__(kind, fault, trace)


if __name__ == "__main__":
    sys.exit(main())
