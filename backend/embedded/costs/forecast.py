"""Responsible for GetCostForecast: what the next days will cost if they are like the last weeks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from backend.embedded.costs.bill import PLACES, text_of
from backend.embedded.costs.periods import Period, checked_granularity, period_ahead, periods
from backend.embedded.costs.refusals import BadQuestion, NoFigures
from backend.embedded.costs.view import Books, View

METRICS = (
    "AMORTIZED_COST",
    "BLENDED_COST",
    "NET_AMORTIZED_COST",
    "NET_UNBLENDED_COST",
    "UNBLENDED_COST",
)

_WEEKDAYS = 7
_HISTORY_DAYS = 28
_FEWEST_DAYS = 2 * _WEEKDAYS
_UNIT = 10**PLACES


@dataclass(frozen=True, slots=True)
class Outlook:
    """In 1E-10 US dollars: each weekday's mean of up to four weeks, and how far days lay off it.

    `deviation` is the standard deviation of the residuals (days - 7 degrees of freedom), and
    `weeks` how many days a mean is of at least.
    """

    means: tuple[Decimal, ...]
    deviation: Decimal
    weeks: int

    def of(self, period: Period) -> Decimal:
        return sum((self.means[day.weekday()] for day in period.days()), Decimal(0))

    def margin(self, period: Period, level: int) -> Decimal:
        """Half the width of a normal prediction interval of `level` percent for the period's sum.

        Its variance is that of each day and that of each weekday's mean, once for all such days.
        """
        days = Counter(day.weekday() for day in period.days())
        of_means = Decimal(sum(number**2 for number in days.values())) / self.weeks
        width = Decimal(str(NormalDist().inv_cdf((1 + level / 100) / 2)))
        return width * self.deviation * (days.total() + of_means).sqrt()


def cost_forecast(request: Mapping[str, Any], books: Books) -> dict[str, Any]:
    """The answer, its bounds where a level is asked for; raises a CostRefusal."""
    granularity = checked_granularity(request["Granularity"])
    whole = period_ahead(request["TimePeriod"], granularity, books.today)
    if request["Metric"] not in METRICS:
        raise BadQuestion(
            f"Metric {request['Metric']!r} is not available: use one of {', '.join(METRICS)}."
        )
    outlook = outlook_of(_history(books.seen_by(request.get("Filter")), books.today))
    level = request.get("PredictionIntervalLevel")
    return {
        "Total": {"Amount": _text(outlook.of(whole)), "Unit": "USD"},
        "ForecastResultsByTime": [
            _result(outlook, period, level) for period in periods(whole, granularity)
        ],
    }


def outlook_of(history: Sequence[tuple[date, int]]) -> Outlook:
    """Of at least two weeks of days in a row, with what each cost."""
    by_weekday: dict[int, list[int]] = {}
    for day, cost in history:
        by_weekday.setdefault(day.weekday(), []).append(cost)
    means = {weekday: Decimal(sum(costs)) / len(costs) for weekday, costs in by_weekday.items()}
    squares = sum(((cost - means[day.weekday()]) ** 2 for day, cost in history), Decimal(0))
    return Outlook(
        means=tuple(means[weekday] for weekday in range(_WEEKDAYS)),
        deviation=(squares / (len(history) - _WEEKDAYS)).sqrt(),
        weeks=min(len(costs) for costs in by_weekday.values()),
    )


def _history(view: View, today: date) -> list[tuple[date, int]]:
    """The last 28 whole days, or those since the first cost."""
    first = view.first_day() or today
    since = max(first, today - timedelta(days=_HISTORY_DAYS))
    if (today - since).days < _FEWEST_DAYS:
        raise NoFigures(
            f"Insufficient amount of historical data to generate forecast: {_FEWEST_DAYS} days "
            f"with cost before {today} are needed."
        )
    days = periods(Period(since, today), "DAILY")
    return [(day.start, sum(cost for _, cost, _ in view.lines(day))) for day in days]


def _result(outlook: Outlook, period: Period, level: int | None) -> dict[str, Any]:
    mean = outlook.of(period)
    result = {"TimePeriod": period.as_json(), "MeanValue": _text(mean)}
    if level is None:
        return result
    margin = outlook.margin(period, level)
    return result | {
        "PredictionIntervalLowerBound": _text(mean - margin),
        "PredictionIntervalUpperBound": _text(mean + margin),
    }


def _text(amount: Decimal) -> str:
    return text_of(int(amount.to_integral_value()))
