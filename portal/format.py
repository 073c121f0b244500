"""Responsible for how values read: one way for money, one for durations, sizes, times, numbers."""

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.domain.month import in_words

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|<>~:$@&=-])")
CENT = Decimal("0.01")
_TOLD_IN_TIMES = 10
_SIZES = ("bytes", "KiB", "MiB", "GiB", "TiB")


def money(amount: Decimal) -> str:
    """US dollars to the cent; below a cent, to the second digit that tells anything."""
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    if 0 < size < CENT:
        places = Decimal(1).scaleb(size.adjusted() - 1)
        return f"{sign}${size.quantize(places, ROUND_HALF_EVEN):f}"
    return f"{sign}${size.quantize(CENT, ROUND_HALF_EVEN):,}"


def duration(span: timedelta) -> str:
    """The two largest units: "1 h 05 min", "3 min 20 s", "42 s", "0.4 s", "40 ms"."""
    seconds = max(0.0, span.total_seconds())
    if 0 < seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s".replace(".0 ", " ")
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours == 0:
        return f"{minutes} min {rest:02} s"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes:02} min"


def roughly(span: timedelta) -> str:
    """What is only expected, in one unit: "less than a minute", "about 4 min", "about 3 h"."""
    minutes = span.total_seconds() / 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"about {round(minutes)} min"
    hours = minutes / 60
    return f"about {round(hours)} h" if hours < 36 else f"about {round(hours / 24)} d"


def size(count: int) -> str:
    """Bytes in binary units, three digits."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(_SIZES) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{count} bytes" if unit == 0 else f"{amount:.3g} {_SIZES[unit]}"


def number(value: float) -> str:
    """Whole numbers with thousands set apart; others to three digits that tell anything."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    places = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{places}f}" if places <= 8 else f"{value:.2e}"


def counted(count: int, noun: str) -> str:
    """A number of things in words: "1 build", "2 builds"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def counted_exactly(quantity: Decimal, noun: str) -> str:
    """The same for a number that may have decimals: "20.1667 minutes"."""
    return f"{quantity:,f} {noun}" if quantity == 1 else f"{quantity:,f} {noun}s"


def ordinal(place: int) -> str:
    """A place in a line: "1st", "2nd", "11th", "23rd"."""
    teen = 10 < place % 100 < 14
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{ending}"


def plain(text: str) -> str:
    """Text as it is where Streamlit would read Markdown: names, files and reasons are not ours."""
    return _MARKDOWN.sub(r"\\\1", text)


def share(fraction: float) -> str:
    return f"{fraction * 100:.1f} %"


def signed(amount: Decimal) -> str:
    """A difference in US dollars: "+$0.12", "-$3.00", "$0.00"."""
    return f"+{money(amount)}" if amount > 0 else money(amount)


def change(now: Decimal, before: Decimal) -> str:
    """How much more or less than before: "+12.5 %", "-3.0 %", "40 times", "new", "none"."""
    if not before:
        return "new" if now else "none"
    times = float(now / before)
    if times >= _TOLD_IN_TIMES:
        return f"{times:,.0f} times"
    return f"{float((now - before) / abs(before)) * 100:+.1f} %"


def month(written: str) -> str:
    """A month written 2026-03 as "March 2026"."""
    return in_words(written)


def when(at: datetime, zone: tzinfo, *, now: datetime) -> str:
    """A time on the reader's clock, the date left out for today; UTC is named where it is meant."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    suffix = " UTC" if zone is UTC else ""
    if local.date() == today.date():
        return f"{local:%H:%M:%S}{suffix}"
    if local.year == today.year:
        return f"{local.day} {local:%b, %H:%M}{suffix}"
    return f"{local.day} {local:%b %Y, %H:%M}{suffix}"


def ago(at: datetime, *, now: datetime) -> str:
    """How long since: "just now", "3 min ago", "2 d ago"."""
    seconds = (now - at).total_seconds()
    for length, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return "just now"


def zone_of(name: str | None) -> tzinfo:
    """The zone a browser names; UTC where it names none that is known."""
    if not name or name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
