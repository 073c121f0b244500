"""Responsible for figures: domain values in, plotly figures out; knows nothing of Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from backend.domain.build import BuildStep, Result
from backend.domain.waits import TierWaits
from backend.queues import QueueBoard, TierLine
from portal import format as show

# From so many seconds on, the next unit reads better.
_UNITS = ((2 * 3600.0, 3600.0, "h"), (120.0, 60.0, "min"), (0.0, 1.0, "s"))
# Errors have no common scale; of those that share one, these two are read most.
_COMPARED = ("auc", "accuracy", "f1", "macro_f1", "precision", "recall", "mae", "rmse")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that stand out on every theme's ground; neutral is for what is nobody's."""

    series: tuple[str, ...]
    neutral: str
    bad: str

    def of(self, index: int) -> str:
        return self.series[index % len(self.series)]


def framed(figure: go.Figure, *, height: int, legend: bool = True) -> go.Figure:
    """The figure as all of them stand on a page."""
    return figure.update_layout(
        height=height,
        margin={"l": 0, "r": 8, "t": 36 if legend else 0, "b": 0},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        dragmode=False,
    )


def queue_history(
    boards: Sequence[QueueBoard], measure: str, palette: Palette, zone: Any = None
) -> go.Figure:
    """One line a tier over the boards seen so far; `measure` is waiting, running or depth."""
    figure = go.Figure()
    tiers = [line.tier.name for line in boards[-1].lines] if boards else []
    for index, name in enumerate(tiers):
        lines = [(board, _line_of(board, name)) for board in boards]
        figure.add_scatter(
            x=[board.seen_at.astimezone(zone) for board, _ in lines],
            y=[_measured(line, measure) for _, line in lines],
            name=name,
            mode="lines",
            line={"color": palette.of(index), "shape": "hv", "width": 2.5},
            hovertemplate="%{y}",
        )
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(tickformat="%H:%M:%S", nticks=6)
    highest = max((_measured(line, measure) for board in boards for line in board.lines), default=0)
    figure.update_yaxes(range=[0, max(4, highest * 1.15)], dtick=None if highest > 8 else 1)
    return framed(figure, height=240)


def waits(tier: TierWaits, palette: Palette, zone: Any = None) -> go.Figure:
    """A tier's p50 and p95 waits, bucket by bucket; a gap where nothing has started."""
    longest = max((bucket.p95 for bucket in tier.buckets if bucket.p95 is not None), default=0.0)
    _, scale, unit = next(entry for entry in _UNITS if longest >= entry[0])
    figure = go.Figure()
    for name, colour, values in (
        ("p50", palette.of(0), [bucket.p50 for bucket in tier.buckets]),
        ("p95", palette.of(2), [bucket.p95 for bucket in tier.buckets]),
    ):
        figure.add_scatter(
            x=[bucket.start.astimezone(zone) for bucket in tier.buckets],
            y=[None if value is None else value / scale for value in values],
            customdata=[_waited(value) for value in values],
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate="%{customdata}",
        )
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(tickformat="%H:%M", nticks=6)
    figure.update_yaxes(range=[0, max(1.0, longest / scale * 1.15)], ticksuffix=f" {unit}")
    return framed(figure, height=200)


def step_times(steps: Sequence[BuildStep], palette: Palette, *, now: datetime) -> go.Figure:
    """When each step ran, in seconds after the first began."""
    begun = [step for step in steps if step.started_at is not None]
    first = min((step.started_at for step in begun if step.started_at), default=now)
    figure = go.Figure()
    for step in begun:
        start, end = step.started_at or now, step.ended_at or now
        figure.add_bar(
            y=[step.name],
            x=[max(0.05, (end - start).total_seconds())],
            base=[(start - first).total_seconds()],
            orientation="h",
            marker={"color": _step_colour(step, palette)},
            hovertemplate="%{x:.1f} s<extra>" + step.name + "</extra>",
            showlegend=False,
        )
    figure.update_layout(barmode="overlay", bargap=0.45)
    figure.update_xaxes(ticksuffix=" s", rangemode="tozero")
    figure.update_yaxes(autorange="reversed")
    return framed(figure, height=44 + 40 * max(1, len(begun)), legend=False)


def against_baseline(result: Result, names: Mapping[str, str], palette: Palette) -> go.Figure:
    """The model's figures beside the baseline's, those that both have."""
    both = [
        metric
        for metric in _COMPARED
        if metric in result.metrics and metric in result.baseline_metrics
    ]
    labels = [names.get(metric, metric) for metric in both]
    figure = go.Figure()
    for label, values, colour in (
        ("This model", result.metrics, palette.of(0)),
        ("Baseline", result.baseline_metrics, palette.neutral),
    ):
        figure.add_bar(
            y=labels,
            x=[values[metric] for metric in both],
            name=label,
            orientation="h",
            marker={"color": colour},
            hovertemplate="%{x:.3~f}",
        )
    figure.update_layout(barmode="group", bargap=0.35)
    figure.update_xaxes(rangemode="tozero")
    figure.update_yaxes(autorange="reversed")
    return framed(figure, height=90 + 52 * max(1, len(both)))


def _line_of(board: QueueBoard, tier: str) -> TierLine | None:
    return next((line for line in board.lines if line.tier.name == tier), None)


def _measured(line: TierLine | None, measure: str) -> int:
    if line is None:
        return 0
    return {"waiting": line.waiting, "running": len(line.running), "depth": line.depth}[measure]


def _waited(seconds: float | None) -> str:
    return "" if seconds is None else show.duration(timedelta(seconds=seconds))


def _step_colour(step: BuildStep, palette: Palette) -> str:
    if step.status == "Failed":
        return palette.bad
    return palette.of(0) if step.status == "Succeeded" else palette.of(1)
