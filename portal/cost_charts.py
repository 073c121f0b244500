"""Responsible for figures of cost: an overview in, plotly figures out, no Streamlit."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from backend.domain.cost_cube import CostCube
from backend.domain.cost_overview import CostOverview, Part
from backend.domain.exact import exact_sum
from portal.charts import Palette, framed

LARGEST = 8
OTHER, SHARED, UNALLOCATED = "Other tenants", "Shared", "Unallocated"
# More bars than this are drawn slowly and read by nobody: then a bar is a week.
MOST_DAYS = 100
_ROWS = 15
_WEEK = 7


def by_day(view: CostOverview, palette: Palette) -> go.Figure:
    """Stacked cost: the largest tenants, the others together, what is shared and unallocated."""
    figure = go.Figure()
    starts = _starts(view)
    for index, (label, days) in enumerate(stacked(view)):
        if any(days):
            figure.add_bar(
                x=starts,
                y=[float(amount) for amount in bucketed(days, _width(view))],
                name=label,
                marker=_paint(label, index, palette),
                hovertemplate="%{y:$,.4~r}",
            )
    return _stacked(figure, height=340)


def by_service_and_day(cube: CostCube, palette: Palette) -> go.Figure:
    """Stacked cost of one owner's days, the dearest service at the ground."""
    figure = go.Figure()
    sums = cube.by_service()
    for index, service in enumerate(sorted(sums, key=lambda name: (-sums[name], name))):
        figure.add_bar(
            x=cube.days,
            y=[float(amount) for amount in cube.only(service=service.__eq__).by_day()],
            name=service,
            marker={"color": palette.of(index)},
            hovertemplate="%{y:$,.4~r}",
        )
    return _stacked(figure, height=260)


def stacked(view: CostOverview) -> list[tuple[str, Sequence[Decimal]]]:
    """What a bar is made of, from the ground up, day by day; together the period's total."""
    largest, others = view.tenants[:LARGEST], view.tenants[LARGEST:]
    together = [exact_sum(day) for day in zip(*(cost.by_day for cost in others), strict=True)]
    return [
        *((cost.tenant_id, cost.by_day) for cost in largest),
        (OTHER, together),
        (SHARED, view.shared_by_day),
        (UNALLOCATED, view.unallocated_by_day),
    ]


def calendar(view: CostOverview, palette: Palette) -> go.Figure:
    """The largest tenants' days, or weeks, as colours: who cost when."""
    rows = list(reversed(view.tenants[:_ROWS]))
    figure = go.Figure(
        go.Heatmap(
            x=_starts(view),
            y=[cost.tenant_id for cost in rows],
            z=[[float(a) for a in bucketed(cost.by_day, _width(view))] for cost in rows],
            colorscale=[[0, "rgba(128,138,160,0.12)"], [1, palette.of(0)]],
            hovertemplate="%{y}, %{x|%-d %b}: %{z:$,.4~r}<extra></extra>",
            colorbar={"tickformat": "$,.2~r", "thickness": 10, "outlinewidth": 0},
            xgap=1,
            ygap=1,
        )
    )
    figure.update_xaxes(tickformat="%-d %b", nticks=8, showgrid=False)
    figure.update_yaxes(showgrid=False, automargin=True)
    return framed(figure, height=70 + 24 * max(3, len(rows)), legend=False)


def beside_before(parts: Mapping[str, Part], palette: Palette) -> go.Figure:
    """Each part's cost as a bar, and that of as many days before, where they are known."""
    names = list(parts)[:LARGEST]
    known = any(part.before is not None for part in parts.values())
    figure = go.Figure()
    for label, amounts, colour in (
        ("This period", [parts[name].now for name in names], palette.of(0)),
        ("As many days before", [parts[name].before or 0 for name in names], palette.neutral),
    )[: 2 if known else 1]:
        figure.add_bar(
            y=names,
            x=[float(amount) for amount in amounts],
            name=label,
            orientation="h",
            marker={"color": colour},
            hovertemplate="%{x:$,.4~r}",
        )
    figure.update_layout(barmode="group", bargap=0.3)
    figure.update_xaxes(tickformat="$,.2~r", nticks=5)
    figure.update_yaxes(autorange="reversed", automargin=True)
    return framed(figure, height=90 + 44 * max(1, len(names)))


def bucketed(days: Sequence[Decimal], width: int) -> list[Decimal]:
    """Sums of so many days each; the last may be of fewer."""
    if width == 1:
        return list(days)
    return [exact_sum(days[start : start + width]) for start in range(0, len(days), width)]


def _stacked(figure: go.Figure, *, height: int) -> go.Figure:
    """Credits hang below the axis, so that nothing is hidden behind them."""
    figure.update_layout(barmode="relative", bargap=0.2, hovermode="x unified", showlegend=True)
    figure.update_xaxes(tickformat="%-d %b", nticks=10)
    figure.update_yaxes(tickformat="$,.2~r")
    return framed(figure, height=height)


def _width(view: CostOverview) -> int:
    return 1 if len(view.days) <= MOST_DAYS else _WEEK


def _starts(view: CostOverview) -> list[date]:
    width = _width(view)
    count = -(-len(view.days) // width)
    return [view.since + timedelta(days=n * width) for n in range(count)]


def _paint(label: str, index: int, palette: Palette) -> dict[str, Any]:
    if label not in (OTHER, SHARED, UNALLOCATED):
        return {"color": palette.of(index)}
    shapes = {SHARED: "\\", UNALLOCATED: "/"}
    pattern = {
        "shape": shapes.get(label, ""),
        "fgcolor": palette.neutral,
        "bgcolor": "rgba(0,0,0,0)",
    }
    return {"color": palette.neutral, **({"pattern": pattern} if label in shapes else {})}
