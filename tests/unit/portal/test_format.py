"""Responsible for: a value reads the same everywhere."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from portal import format as show

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("1234.565", "$1,234.56"),
        ("0.01", "$0.01"),
        ("0.0042371", "$0.0042"),
        ("0.00000123", "$0.0000012"),
        ("-3.2", "-$3.20"),
    ],
)
def test_money_keeps_what_tells_something(amount: str, text: str) -> None:
    assert show.money(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"),
        (0.04, "40 ms"),
        (0.44, "0.4 s"),
        (2, "2 s"),
        (42.4, "42 s"),
        (59.7, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3900, "1 h 05 min"),
        (273600, "3 d 4 h"),
    ],
)
def test_durations_show_their_two_largest_units(seconds: float, text: str) -> None:
    assert show.duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (60, "about 1 min"),
        (250, "about 4 min"),
        (5340, "about 89 min"),
        (5400, "about 2 h"),
        (200_000, "about 2 d"),
    ],
)
def test_what_is_only_expected_reads_roughly(seconds: float, text: str) -> None:
    assert show.roughly(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (1022, "1,022nd")],
)
def test_places_in_a_line_are_ordinals(place: int, text: str) -> None:
    assert show.ordinal(place) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (812, "812 bytes"),
        (1000, "0.977 KiB"),
        (8 << 20, "8 MiB"),
        (5 << 30, "5 GiB"),
    ],
)
def test_sizes_are_binary(count: int, text: str) -> None:
    assert show.size(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345, "12,345"),
        (0.0, "0"),
        (0.87432, "0.874"),
        (12.345, "12.3"),
        (1234.5, "1,234"),
        (0.000421, "0.000421"),
        (1.5e-9, "1.50e-09"),
        (-0.25, "-0.250"),
        (float("nan"), "not a number"),
    ],
)
def test_numbers_keep_three_digits(value: float, text: str) -> None:
    assert show.number(value) == text


def test_a_time_of_today_leaves_out_the_date() -> None:
    at = NOON - timedelta(hours=2)
    assert show.when(at, ZoneInfo("Europe/Vienna"), now=NOON) == "11:00:00"


def test_other_days_are_dated_in_the_readers_zone() -> None:
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert show.when(at, ZoneInfo("Asia/Tokyo"), now=NOON) == "21 Nov, 08:30"
    assert (
        show.when(at.replace(year=2025), ZoneInfo("Asia/Tokyo"), now=NOON) == "21 Nov 2025, 08:30"
    )


@pytest.mark.parametrize("zone", [None, "UTC", "Nowhere/AtAll"])
def test_without_a_known_zone_times_are_utc_and_say_so(zone: str | None) -> None:
    assert show.when(NOON, show.zone_of(zone), now=NOON) == "12:00:00 UTC"


@pytest.mark.parametrize(
    "text",
    ["a_b_.csv", "costs $5 and $6", "ana@acme.example", ":red[x]", "1. `*`", "C:\\x|<b>&amp;"],
)
def test_plain_text_escapes_whatever_markdown_would_read(text: str) -> None:
    escaped = show.plain(text)
    assert re.sub(r"\\(\W|_)", r"\1", escaped) == text
    assert not re.search(r"(?<!\\)[$@:_*`\[<]", escaped)


@pytest.mark.parametrize(
    ("seconds", "text"), [(3, "just now"), (200, "3 min ago"), (7300, "2 h ago"), (9e5, "10 d ago")]
)
def test_ago_is_coarse(seconds: float, text: str) -> None:
    assert show.ago(NOON - timedelta(seconds=seconds), now=NOON) == text


def test_a_change_is_told_in_per_cent_and_in_times_where_those_are_many() -> None:
    told = {
        ("12", "10"): "+20.0 %",
        ("7", "10"): "-30.0 %",
        ("-2", "-4"): "+50.0 %",
        ("400", "10"): "40 times",
        ("3", "0"): "new",
        ("0", "0"): "none",
    }
    for (now, before), words in told.items():
        assert show.change(Decimal(now), Decimal(before)) == words


def test_a_difference_says_which_way() -> None:
    assert [show.signed(Decimal(n)) for n in ("0.12", "-3", "0")] == ["+$0.12", "-$3.00", "$0.00"]
