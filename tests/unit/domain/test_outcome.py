"""What a pipeline leaves behind."""

import pytest

from backend.domain.build import BuildStep
from backend.domain.errors import Invalid
from backend.domain.outcome import in_words, reason_of, result_of
from tests.unit.values import NOON

EVALUATION = {
    "binary_classification_metrics": {
        "accuracy": {"value": 0.8, "standard_deviation": "NaN"},
        "auc": {"value": 0.85, "standard_deviation": "NaN"},
        "confusion_matrix": {"0": {"0": 5, "1": 1}, "1": {"0": 1, "1": 3}},
    },
    "baseline": {"accuracy": 0.73, "log_loss": 0.58},
    "gate": {"skill": 0.3, "score": 0.41, "baseline": 0.58, "metric": "log_loss"},
    "objective": "binary",
    "rows": 150,
}
REPORT = {
    "rows_read": 1003,
    "rows_dropped": [{"reason": "no target", "rows": 2}, {"reason": "ragged", "rows": 1}],
    "target": "churn",
    "warnings": ["12 rows are duplicates"],
}


def result(evaluation: dict, report: dict):
    return result_of(
        evaluation,
        report,
        outcome="Registered",
        model_package_arn="arn",
        model_data="s3://b/m",
        at=NOON,
    )


def test_a_result_tells_metrics_baseline_and_rows():
    found = result(EVALUATION, REPORT)
    assert found.metrics == {"accuracy": 0.8, "auc": 0.85}
    assert found.baseline_metrics["accuracy"] == 0.73
    assert (found.rows_read, found.rows_dropped, found.test_rows) == (1003, 3, 150)
    assert found.warnings == ("12 rows are duplicates",)


@pytest.mark.parametrize("missing", ["gate", "baseline", "objective", "rows"])
def test_a_report_that_lacks_a_figure_is_refused(missing: str):
    with pytest.raises(Invalid, match="cannot be read"):
        result({k: v for k, v in EVALUATION.items() if k != missing}, REPORT)


def test_a_failure_is_told_in_the_containers_own_sentence():
    sentence = "Target 'churn' is not in the file: choose one of a, b."
    wrapped = f"AlgorithmError: {sentence}, exit code: 1"
    steps = (
        BuildStep("Preprocess", "Processing", "Failed", reason=wrapped),
        BuildStep("Later", "Training", "Failed", reason="another"),
    )
    assert reason_of(steps, "Step failure") == sentence
    assert reason_of((), "Step failure") == "Step failure"
    assert in_words(" plain words ") == "plain words"
