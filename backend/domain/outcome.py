"""Responsible for reading what a pipeline leaves behind: its reports, its end, its reasons."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.domain.build import BuildState, BuildStep, Result
from backend.domain.errors import Invalid

# SageMaker's words for an execution that will not change any more.
ENDS = {
    "Succeeded": BuildState.SUCCEEDED,
    "Failed": BuildState.FAILED,
    "Stopped": BuildState.STOPPED,
    "CompletedWithFailures": BuildState.FAILED,
}
_METRIC_GROUPS = (
    "binary_classification_metrics",
    "multiclass_classification_metrics",
    "regression_metrics",
)
_ALGORITHM_ERROR = re.compile(r"^(?:ClientError|AlgorithmError): (.*?)(?:, exit code: \d+)?$", re.S)


def result_of(
    evaluation: Mapping[str, Any],
    report: Mapping[str, Any],
    *,
    outcome: str,
    model_package_arn: str,
    model_data: str,
    at: datetime,
) -> Result:
    """What evaluate and preprocess reported; raises Invalid for reports that lack a figure."""
    try:
        gate = evaluation["gate"]
        group = next(name for name in _METRIC_GROUPS if name in evaluation)
        return Result(
            outcome=outcome,
            objective=evaluation["objective"],
            target=report["target"],
            skill=float(gate["skill"]),
            score=float(gate["score"]),
            baseline=float(gate["baseline"]),
            gate_metric=gate["metric"],
            metrics=_figures(evaluation[group]),
            baseline_metrics=_figures(evaluation["baseline"]),
            rows_read=int(report["rows_read"]),
            rows_dropped=sum(int(drop["rows"]) for drop in report["rows_dropped"]),
            test_rows=int(evaluation["rows"]),
            recorded_at=at,
            warnings=tuple(report["warnings"]),
            model_package_arn=model_package_arn,
            model_data=model_data,
        )
    except (KeyError, TypeError, ValueError, StopIteration) as fault:
        raise Invalid(f"The pipeline's reports cannot be read: {fault!r} is missing.") from fault


def reason_of(steps: Sequence[BuildStep], execution_reason: str | None) -> str | None:
    """Why an execution failed, in the words of the step that failed first."""
    failed = [step for step in steps if step.status == "Failed" and step.reason]
    return in_words(failed[0].reason or "") if failed else execution_reason


def in_words(reason: str) -> str:
    """A job's failure without SageMaker's wrapping around the container's own sentence."""
    wrapped = _ALGORITHM_ERROR.match(reason.strip())
    return wrapped[1].strip() if wrapped else reason.strip()


def _figures(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The metrics that are one number; SageMaker writes each as a value with its deviation."""
    values = {
        name: metric["value"] if isinstance(metric, Mapping) and "value" in metric else metric
        for name, metric in metrics.items()
    }
    return {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
