"""Responsible for the metrics a training job's log tells, found by the job's own expressions."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from backend.embedded.faults import JobFailed
from backend.embedded.jobs.job import Metric
from backend.embedded.jobs.line_batches import Lines


class MetricWatch:
    """Keeps the last value of each metric."""

    def __init__(self, definitions: Iterable[Mapping[str, str]]) -> None:
        """Raises JobFailed for a Regex that is none."""
        self._last: dict[str, Metric] = {}
        self._expressions: dict[str, re.Pattern[str]] = {}
        for definition in definitions:
            name = definition["Name"]
            try:
                self._expressions[name] = re.compile(definition["Regex"])
            except re.error as fault:
                raise JobFailed(
                    f"ClientError: The Regex of metric {name!r} is not valid: {fault}."
                ) from fault

    def see(self, lines: Lines) -> None:
        for at, line in lines:
            for name, expression in self._expressions.items():
                # SageMaker reads the log after tabs have been written as #011.
                found = expression.search(line.replace("\t", "#011"))
                if found and found.re.groups and (value := _number(found[1])) is not None:
                    self._last[name] = Metric(name, value, datetime.fromtimestamp(at / 1000, UTC))

    def final(self) -> tuple[Metric, ...]:
        return tuple(self._last.values())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
