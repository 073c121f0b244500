"""Responsible for the time a question about cost is of: which periods, and which are refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from backend.embedded.costs.refusals import BadQuestion, NotOptedIn

_MONTHS_KEPT = 14
_DAYS_AHEAD = 93
_MONTHS_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Period:
    """UTC days of [start, end)."""

    start: date
    end: date

    def days(self) -> Iterator[date]:
        for number in range((self.end - self.start).days):
            yield self.start + timedelta(days=number)

    def as_json(self) -> dict[str, str]:
        return {"Start": self.start.isoformat(), "End": self.end.isoformat()}


def period_of(asked: Mapping[str, str], today: date) -> Period:
    """A period of what was spent; raises BadQuestion."""
    period = _period(asked)
    next_month = _month_after(today)
    if period.end > next_month:
        raise BadQuestion(
            f"End date past the beginning of next month: {period.end} is after {next_month}."
        )
    oldest = _months_before(today, _MONTHS_KEPT)
    if period.start < oldest:
        raise BadQuestion(
            f"You haven't enabled historical data beyond {_MONTHS_KEPT} months: {period.start} is "
            f"before {oldest}."
        )
    return period


def period_ahead(asked: Mapping[str, str], granularity: str, today: date) -> Period:
    """A period of what will be spent; raises BadQuestion.

    Three months of days or twelve of months: "Granularity" of GetCostForecast's API reference.
    """
    period = _period(asked)
    if period.start < today:
        raise BadQuestion(
            f"Earliest supported Start is {today}: {period.start} is past, ask for what was spent."
        )
    latest = (
        today + timedelta(days=_DAYS_AHEAD)
        if granularity == "DAILY"
        else _months_before(today, -_MONTHS_AHEAD - 1)
    )
    if period.end > latest:
        raise BadQuestion(f"Latest supported End is {latest} for {granularity} granularity.")
    return period


def checked_granularity(asked: str) -> str:
    """DAILY or MONTHLY; raises BadQuestion, and NotOptedIn for HOURLY, which costs extra."""
    if asked == "HOURLY":
        raise NotOptedIn(
            "Hourly data granularity is an opt-in only feature. You can enable this feature from "
            "the PAYER account's Cost Explorer Settings page."
        )
    if asked not in ("DAILY", "MONTHLY"):
        raise BadQuestion(f"Granularity should be either 'MONTHLY' or 'DAILY', not {asked!r}.")
    return asked


def periods(whole: Period, granularity: str) -> list[Period]:
    """The days or the calendar months of a period, the first and the last month cut short."""
    if granularity == "DAILY":
        return [Period(day, day + timedelta(days=1)) for day in whole.days()]
    found = []
    start = whole.start
    while start < whole.end:
        after = _month_after(start)
        found.append(Period(start, min(after, whole.end)))
        start = after
    return found


def _period(asked: Mapping[str, str]) -> Period:
    start, end = _day(asked["Start"]), _day(asked["End"])
    if start >= end:
        raise BadQuestion("Start date (and hour) should be before end date (and hour).")
    return Period(start, end)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == len("yyyy-mm-dd") else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> date:
    raise BadQuestion(f"Time {text} is invalid. Valid format is: yyyy-MM-dd.")


def _month_after(day: date) -> date:
    return _months_before(day, -1)


def _months_before(day: date, months: int) -> date:
    """The first of the month so many months before the day's."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
