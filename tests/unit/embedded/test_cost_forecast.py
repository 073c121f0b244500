"""What Cost Explorer foretells of days to come, from the days that were."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.embedded import clock
from backend.embedded.costs.bill import Bill
from backend.embedded.costs.cost_explorer import CostExplorer
from tests.unit.embedded.cost_jobs import NOW, ask, explorer, found, made_up, tag

TODAY = NOW.date()  # a Tuesday
WEEK = {"Start": "2026-03-10", "End": "2026-03-17"}
UNIT = 10**10


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def past(
    days: int, cost: Callable[[date], Decimal | int], tags: dict[str, str] | None = None
) -> CostExplorer:
    """An account with cost on so many days before today."""
    ledger, source = Bill(), made_up(tags or {})
    for number in range(1, days + 1):
        day = TODAY - timedelta(days=number)
        ledger.add(day, source, int(cost(day) * UNIT), 0)
    return explorer((), ledger=ledger)


def forecast(costs: CostExplorer, **more: Any) -> dict[str, Any]:
    request = {"TimePeriod": WEEK, "Metric": "UNBLENDED_COST", "Granularity": "DAILY"}
    return found(costs, "GetCostForecast", **(request | more))


def refusal(costs: CostExplorer, **more: Any) -> tuple[str, str]:
    request = {"TimePeriod": WEEK, "Metric": "UNBLENDED_COST", "Granularity": "DAILY"}
    status, answer = ask(costs, "GetCostForecast", **(request | more))
    assert status == 400
    return answer["__type"], answer["message"]


def test_days_that_are_past_are_not_foretold() -> None:
    code, message = refusal(
        past(28, lambda _: 1), TimePeriod={"Start": "2026-03-09", "End": "2026-03-17"}
    )
    assert code == "ValidationException"
    assert message.startswith("Earliest supported Start is 2026-03-10")


@pytest.mark.parametrize("days", [0, 1, 13])
def test_an_account_with_less_than_two_weeks_of_cost_has_no_forecast(days: int) -> None:
    code, message = refusal(past(days, lambda _: 1))
    assert code == "DataUnavailableException"
    assert message.startswith("Insufficient amount of historical data")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"TimePeriod": {"Start": "2026-03-17", "End": "2026-03-17"}}, "before end date"),
        ({"TimePeriod": {"Start": "2026-03-10", "End": "2026-06-12"}}, "End is 2026-06-11"),
        ({"Metric": "USAGE_QUANTITY"}, "USAGE_QUANTITY"),
        ({"PredictionIntervalLevel": 50}, "PredictionIntervalLevel"),
        ({"Filter": tag("a")}, "Values"),
    ],
)
def test_a_bad_question_is_refused_naming_its_fault(change: dict[str, Any], named: str) -> None:
    code, message = refusal(past(28, lambda _: 1), **change)
    assert code == "ValidationException"
    assert named in message


def test_hours_are_not_foretold() -> None:
    assert refusal(past(28, lambda _: 1), Granularity="HOURLY")[0] == "AccessDeniedException"


def test_what_was_the_same_every_day_goes_on_exactly() -> None:
    answer = forecast(past(40, lambda _: Decimal("1.5")), PredictionIntervalLevel=95)
    assert answer["Total"] == {"Amount": "10.5", "Unit": "USD"}
    assert answer["ForecastResultsByTime"][0] == {
        "TimePeriod": {"Start": "2026-03-10", "End": "2026-03-11"},
        "MeanValue": "1.5",
        "PredictionIntervalLowerBound": "1.5",
        "PredictionIntervalUpperBound": "1.5",
    }
    assert len(answer["ForecastResultsByTime"]) == 7


def test_each_weekday_is_like_the_same_weekdays_of_four_weeks() -> None:
    answer = forecast(past(90, lambda day: 5 if day.weekday() < 5 else 1))
    means = [each["MeanValue"] for each in answer["ForecastResultsByTime"]]
    assert means == ["5", "5", "5", "5", "1", "1", "5"]


def test_what_lies_further_back_than_four_weeks_is_not_looked_at() -> None:
    costs = past(90, lambda day: 100 if day < TODAY - timedelta(days=28) else 1)
    assert forecast(costs)["Total"]["Amount"] == "7"


def test_months_are_foretold_as_sums_of_their_days() -> None:
    period = {"Start": "2026-03-10", "End": "2026-05-01"}
    answer = forecast(past(28, lambda _: 2), TimePeriod=period, Granularity="MONTHLY")
    told = [(each["TimePeriod"], each["MeanValue"]) for each in answer["ForecastResultsByTime"]]
    assert told == [
        ({"Start": "2026-03-10", "End": "2026-04-01"}, "44"),
        ({"Start": "2026-04-01", "End": "2026-05-01"}, "60"),
    ]
    assert answer["Total"]["Amount"] == "104"


def test_only_what_the_filter_chooses_is_foretold() -> None:
    costs = past(28, lambda _: 2, {"tenant-id": "delta"})
    assert forecast(costs, Filter=tag("tenant-id", "delta"))["Total"]["Amount"] == "14"
    assert refusal(costs, Filter=tag("tenant-id", "acme"))[0] == "DataUnavailableException"


def test_bounds_are_told_only_where_a_level_is_asked_for() -> None:
    (first, *_) = forecast(past(28, lambda _: 1))["ForecastResultsByTime"]
    assert set(first) == {"TimePeriod", "MeanValue"}


@pytest.mark.parametrize("level", [80, 95])
def test_bounds_hold_about_as_often_as_they_say(level: int) -> None:
    draw, held = random.Random(7), 0
    tries = 300
    tomorrow = {"Start": "2026-03-11", "End": "2026-03-12"}
    for _ in range(tries):
        costs = past(28, lambda day: Decimal(str(round(draw.gauss(10, 2), 4))))
        answer = forecast(costs, TimePeriod=tomorrow, PredictionIntervalLevel=level)
        (told,) = answer["ForecastResultsByTime"]
        low, high = (float(told[f"PredictionInterval{end}Bound"]) for end in ("Lower", "Upper"))
        held += low <= draw.gauss(10, 2) <= high
    assert abs(held / tries - level / 100) < 0.06


def test_bounds_follow_from_how_far_days_lay_off_their_weekdays_mean() -> None:
    # Every day was 1 off its weekday's mean: a deviation of sqrt(28 / 21); 95 % are 1.96 of it.
    costs = past(28, lambda day: 2 * ((TODAY - day).days // 7 % 2))
    for granularity, period, factor in (
        ("DAILY", {"Start": "2026-03-11", "End": "2026-03-12"}, 1 + 1 / 4),
        ("MONTHLY", WEEK, 7 + 7 / 4),
        ("MONTHLY", {"Start": "2026-03-10", "End": "2026-03-24"}, 14 + 7 * 2**2 / 4),
    ):
        asked = {"TimePeriod": period, "Granularity": granularity, "PredictionIntervalLevel": 95}
        (told,) = forecast(costs, **asked)["ForecastResultsByTime"]
        above = float(told["PredictionIntervalUpperBound"]) - float(told["MeanValue"])
        below = float(told["MeanValue"]) - float(told["PredictionIntervalLowerBound"])
        assert above == pytest.approx(1.959964 * (28 / 21 * factor) ** 0.5, rel=1e-6)
        assert below == pytest.approx(above)


def test_a_longer_period_is_less_certain_than_a_day_but_not_in_proportion() -> None:
    costs = past(28, lambda day: day.day % 5)
    month = {"Start": "2026-03-10", "End": "2026-04-01"}
    level = {"PredictionIntervalLevel": 80}
    (whole,) = forecast(costs, TimePeriod=month, Granularity="MONTHLY", **level)[
        "ForecastResultsByTime"
    ]
    days = forecast(costs, TimePeriod=month, **level)["ForecastResultsByTime"]

    def width(told: dict[str, str]) -> Decimal:
        high, low = (told[f"PredictionInterval{end}Bound"] for end in ("Upper", "Lower"))
        return Decimal(high) - Decimal(low)

    assert width(days[0]) < width(whole) < sum(width(day) for day in days)
