"""Responsible for traces: who asked for a build of which tier when, and how long it ran."""

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import Invalid
from backend.domain.tier import TIERS

COLUMNS = ("submit_s", "tenant", "tier", "duration_s")
_HEADER = ",".join(COLUMNS)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A build as a trace tells of it; seconds count from the trace's own beginning."""

    submit_s: float
    tenant: str
    tier: str
    duration_s: float


def read(file: Path) -> tuple[Arrival, ...]:
    """A trace's builds in the order they were asked for; Invalid names the line and the remedy."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as gone:
        raise Invalid(f"There is no trace {file}: name a CSV file.") from gone
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"{file} cannot be read as text: name a CSV file in UTF-8.") from fault
    if not lines or lines[0].strip() != _HEADER:
        raise Invalid(f"Line 1 of {file.name} is not the header: begin with {_HEADER!r}.")
    arrivals = [
        _arrival(fields, f"Line {number} of {file.name}")
        for number, fields in enumerate(csv.reader(lines[1:]), start=2)
        if fields
    ]
    if not arrivals:
        raise Invalid(f"{file.name} tells of no builds: add a line below {_HEADER!r} for each.")
    return tuple(sorted(arrivals, key=lambda arrival: arrival.submit_s))


def _arrival(fields: Sequence[str], where: str) -> Arrival:
    if len(fields) != len(COLUMNS):
        raise Invalid(f"{where} has {len(fields)} fields: give {len(COLUMNS)}, {_HEADER}.")
    submit, tenant, tier, duration = (part.strip() for part in fields)
    if not _TENANT.fullmatch(tenant):
        raise Invalid(
            f"{where} names tenant {tenant[:60]!r}: give up to 40 letters, digits, dots, hyphens "
            "and underscores, a letter or digit first."
        )
    known = [known.name for known in TIERS]
    if tier not in known:
        raise Invalid(f"{where} names tier {tier[:60]!r}: choose one of {', '.join(known)}.")
    return Arrival(
        _seconds(submit, f"{where}: submit_s", "0 or more", least=0.0),
        tenant,
        tier,
        _seconds(duration, f"{where}: duration_s", "more than 0", least=math.ulp(0.0)),
    )


def _seconds(text: str, what: str, range_in_words: str, *, least: float) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not least <= seconds < math.inf:
        raise Invalid(f"{what} is {text[:60]!r}: give a number of seconds, {range_in_words}.")
    return seconds
