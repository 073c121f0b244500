"""Responsible for our metrics in CloudWatch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.line_figures import LineFigures


class Metrics:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def put(self, lines: Sequence[LineFigures], *, at: datetime) -> None:
        """One request for all tiers: CloudWatch takes a thousand figures at once."""
        figures = [figure for line in lines for figure in figures_of(line, at)]
        with translated():
            self._session.client("cloudwatch").put_metric_data(
                Namespace=naming.METRICS_NAMESPACE, MetricData=figures
            )


def figures_of(line: LineFigures, at: datetime) -> list[dict[str, Any]]:
    told = (
        ("Waiting", line.waiting, "Count"),
        ("Running", line.running, "Count"),
        ("OldestWaitSeconds", line.oldest_wait_seconds, "Seconds"),
        ("DeadLetters", line.dead_letters, "Count"),
    )
    tier = [{"Name": naming.TIER_DIMENSION, "Value": line.tier}]
    return [
        {"MetricName": name, "Dimensions": tier, "Timestamp": at, "Value": value, "Unit": unit}
        for name, value, unit in told
    ]
