"""Responsible for: figures show every tier and every step, and nothing else."""

from datetime import timedelta

from backend.domain.waits import TierWaits, WaitBucket
from portal import charts
from portal.charts import Palette
from tests.unit.portal.builders import NOON, board, result, step

PALETTE = Palette(series=("#111111", "#222222"), neutral="#999999", bad="#ff0000")


def test_each_tier_is_a_line_over_the_boards_seen() -> None:
    boards = [board(1, 0, 2), board(3, 0, 0, at=NOON + timedelta(seconds=2))]
    figure = charts.queue_history(boards, "waiting", PALETTE)
    assert {line.name: list(line.y) for line in figure.data} == {
        "basic": [1, 3],
        "standard": [0, 0],
        "premium": [2, 0],
    }


def test_running_counts_the_slots_held() -> None:
    figure = charts.queue_history([board(0, 0, 0, running=2)], "running", PALETTE)
    assert [list(line.y) for line in figure.data] == [[2], [2], [2]]


def test_steps_are_placed_where_they_ran() -> None:
    steps = [step("Preprocess", 0, 2), step("Train", 3, None, "Executing")]
    figure = charts.step_times(steps, PALETTE, now=NOON + timedelta(seconds=10))
    assert [(bar.base[0], bar.x[0]) for bar in figure.data] == [(0.0, 2.0), (3.0, 7.0)]


def test_a_failed_step_stands_out() -> None:
    figure = charts.step_times([step("Train", 0, 1, "Failed")], PALETTE, now=NOON)
    assert figure.data[0].marker.color == PALETTE.bad


def test_a_build_without_steps_is_an_empty_figure() -> None:
    assert len(charts.step_times([], PALETTE, now=NOON).data) == 0


def test_only_figures_both_have_are_compared() -> None:
    outcome = result({"accuracy": 0.8, "auc": 0.9, "log_loss": 0.4}, {"accuracy": 0.7})
    figure = charts.against_baseline(outcome, {"accuracy": "Accuracy"}, PALETTE)
    assert [list(bar.y) for bar in figure.data] == [["Accuracy"], ["Accuracy"]]
    assert [bar.x[0] for bar in figure.data] == [0.8, 0.7]


def tier_waits(*waits: tuple[float, float] | None) -> TierWaits:
    """Half-hours with the given p50 and p95, None for one in which nothing has started."""
    buckets = tuple(
        WaitBucket(NOON + n * timedelta(minutes=30), 1 if wait else 0, *(wait or (None, None)))
        for n, wait in enumerate(waits)
    )
    return TierWaits("basic", starts_last_hour=1, buckets=buckets)


def test_waits_are_two_lines_with_a_gap_where_nothing_started() -> None:
    figure = charts.waits(tier_waits((1.0, 30.0), None, (2.0, 60.0)), PALETTE)
    assert {line.name: list(line.y) for line in figure.data} == {
        "p50": [1.0, None, 2.0],
        "p95": [30.0, None, 60.0],
    }


def test_long_waits_are_told_in_the_unit_that_reads_best() -> None:
    figure = charts.waits(tier_waits((90.0, 600.0)), PALETTE)
    assert [line.y[0] for line in figure.data] == [1.5, 10.0]
    assert figure.layout.yaxis.ticksuffix == " min"
    assert figure.data[1].customdata[0] == "10 min 00 s"


def test_a_day_without_a_start_is_an_empty_chart() -> None:
    figure = charts.waits(tier_waits(None, None), PALETTE)
    assert [list(line.y) for line in figure.data] == [[None, None], [None, None]]
