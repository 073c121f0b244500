"""Figures of cost show every cent, and nothing else."""

from decimal import Decimal

from backend.domain.cost_overview import Part
from backend.domain.exact import exact_sum
from portal import cost_charts
from portal.charts import Palette
from portal.cost_charts import OTHER, SHARED, UNALLOCATED
from tests.unit.portal.builders import spent

PALETTE = Palette(series=("#111111", "#222222"), neutral="#999999", bad="#ff0000")


def test_the_largest_tenants_are_named_and_the_rest_is_together() -> None:
    view = spent({f"t{n:02}": [str(100 - n)] for n in range(11)})
    figure = cost_charts.by_day(view, PALETTE)
    assert [bar.name for bar in figure.data] == [f"t{n:02}" for n in range(8)] + [OTHER]
    assert figure.data[-1].y[0] == 92 + 91 + 90


def test_what_no_tag_carries_is_shown_and_hatched_and_so_is_what_all_share() -> None:
    figure = cost_charts.by_day(spent({"acme": ["1"], None: ["2", "3"]}, shared="0.5"), PALETTE)
    unallocated, shared = (
        next(bar for bar in figure.data if bar.name == name) for name in (UNALLOCATED, SHARED)
    )
    assert list(unallocated.y) == [2.0, 3.0, 0.0]
    assert list(shared.y) == [0.5, 0.0, 0.0]
    assert unallocated.marker.pattern.shape == "/"
    assert shared.marker.pattern.shape == "\\"


def test_the_bars_add_up_to_the_total() -> None:
    view = spent({"a": ["1.25", "2"], "b": ["0.5"], None: ["4"]}, shared="0.75")
    figure = cost_charts.by_day(view, PALETTE)
    assert sum(sum(bar.y) for bar in figure.data) == float(view.whole.total) == 8.5
    assert exact_sum(a for _, days in cost_charts.stacked(view) for a in days) == Decimal("8.5")


def test_days_without_cost_keep_their_place() -> None:
    figure = cost_charts.by_day(spent({"acme": ["1"]}, days=30), PALETTE)
    assert len(figure.data[0].x) == 30


def test_a_year_is_drawn_in_weeks_that_add_up() -> None:
    view = spent({"acme": ["1"] * 365}, days=365)
    figure = cost_charts.by_day(view, PALETTE)
    assert len(figure.data[0].x) == 53
    assert list(figure.data[0].y[:2]) == [7.0, 7.0]
    assert sum(figure.data[0].y) == 365
    calendar = cost_charts.calendar(view, PALETTE)
    assert len(calendar.data[0].x) == len(calendar.data[0].z[0]) == 53


def test_the_calendar_has_the_largest_tenant_on_top() -> None:
    figure = cost_charts.calendar(spent({"small": ["1"], "large": ["9"]}), PALETTE)
    assert list(figure.data[0].y) == ["small", "large"]


def test_parts_stand_beside_what_they_were_before() -> None:
    parts = {
        "S3": Part(Decimal(3), Decimal(3), Decimal(4)),
        "Lambda": Part(Decimal(1), Decimal(1), Decimal(0)),
    }
    now, before = cost_charts.beside_before(parts, PALETTE).data
    assert (list(now.x), list(before.x)) == ([3.0, 1.0], [4.0, 0.0])
    (alone,) = cost_charts.beside_before({"S3": Part(Decimal(3))}, PALETTE).data
    assert list(alone.x) == [3.0]
