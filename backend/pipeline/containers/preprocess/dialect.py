"""Responsible for how a text file is laid out: delimiter, first table line, header or none."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal

from missing import MISSING
from refusal import Refused

DELIMITERS = (";", "\t", "|", ",")
_LINES = 200
_PREAMBLE = 10
_NUMBER = re.compile(
    r"[+-]?[$€£]?\s?(\d{1,3}([., ]\d{3})+([.,]\d+)?|\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s?[%€]?"
)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")

Row = list[str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skipped` counts the physical lines before the first row of data.

    `closed` tells that every row ends with a delimiter, after which nothing comes.
    """

    delimiter: str
    names: tuple[str, ...]
    has_header: bool
    skipped: int
    preamble: int
    closed: bool


def recognised(path: Path, target: str) -> Dialect:
    """Raises Refused for a file without a row of data."""
    lines = _first_lines(path)
    delimiter = _delimiter(lines)
    rows = _rows(lines, delimiter)
    if not rows:
        raise Refused("The file is empty: upload a table with a header and at least 20 rows.")
    width = _usual(Counter(len(row) for _, row in rows[1:] or rows))
    start = next((n for n, (_, row) in enumerate(rows[:_PREAMBLE]) if len(row) == width), 0)
    if abs(len(rows[0][1]) - width) == 1 and len(rows[0][1]) > 1:
        start = 0  # a header with one name too few or too many is still the header
    table = [row for _, row in rows[start:]]
    has_header = _has_header(table, target)
    before = rows[start][0] if has_header else (rows[start - 1][0] if start else 0)
    names = _fitted(table[0], table[1:], width) if has_header else [""] * width
    body = table[1:] if has_header else table
    closed = width > 1 and not names[-1].strip() and _ends_blank(body, width)
    return Dialect(delimiter, distinct(names), has_header, before, start, closed)


def distinct(names: list[str]) -> tuple[str, ...]:
    """The names without outer space; a blank one becomes column_N, a second one gets a number."""
    taken: set[str] = set()
    told = []
    for place, name in enumerate(names, start=1):
        name = " ".join(name.split()) or f"column_{place}"
        unique, number = name, 2
        while unique in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique)
        told.append(unique)
    return tuple(told)


def folded(name: str) -> str:
    """A column's name as a person remembers it: without case and space."""
    return "".join(name.split()).casefold()


def _first_lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline=None) as file:
        return list(islice(file, _LINES))


def _rows(lines: list[str], delimiter: str) -> list[tuple[int, Row]]:
    """Rows that are not blank, each with the number of the line it ends on.

    Where quotes join lines, they may as well be characters like any other: whichever leaves the
    rows more alike.
    """
    quoted = list(_parsed(lines, delimiter, csv.QUOTE_MINIMAL))
    if quoted and quoted[-1][0] > len(quoted):
        bare = list(_parsed(lines, delimiter, csv.QUOTE_NONE))
        quoted = max(quoted, bare, key=_alike)
    return [(end, row) for end, row in quoted if len(row) > 1 or any(cell.strip() for cell in row)]


def _alike(rows: list[tuple[int, Row]]) -> float:
    """The share of rows that have the usual number of cells, if that is more than one."""
    widths = Counter(len(row) for _, row in rows)
    return max((widths[width] for width in widths if width > 1), default=0) / max(1, len(rows))


def _parsed(lines: list[str], delimiter: str, quoting: Literal[0, 3]) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        return  # a cell longer than csv allows: what was read so far has to do


def _delimiter(lines: list[str]) -> str:
    """The delimiter that cuts most rows as it cuts the first; on a tie, the one of most columns."""
    scored = []
    for delimiter in DELIMITERS:
        rows = [row for _, row in _rows(lines, delimiter)]
        widths = Counter(len(row) for row in rows)
        width = _usual(widths)
        if width > 1:
            agreeing = widths[width] / len(rows)
            as_first = len(rows[0]) == width
            scored.append((round(agreeing, 1), as_first, _decimals(rows), width, delimiter))
    return max(scored)[-1] if scored else ","


def _decimals(rows: list[Row]) -> bool:
    """Whether cells hold decimal commas, so that the comma cannot be the delimiter."""
    return any(_DECIMAL_COMMA.fullmatch(cell.strip()) for row in rows for cell in row)


def _usual(widths: Counter[int]) -> int:
    return max(widths, key=lambda width: (widths[width], width)) if widths else 0


def _has_header(table: list[Row], target: str) -> bool:
    first, body = table[0], table[1:]
    if not body or (target and folded(target) in map(folded, first)):
        return True
    numbered = [cell for cell in first if _typed(cell)]
    if _counting(numbered):
        return True
    votes = sum(
        _vote(cell, [row[n] for row in body if n < len(row)]) for n, cell in enumerate(first)
    )
    return votes >= 0


def _vote(cell: str, below: list[str]) -> int:
    """1 for a header, -1 against it, 0 where a column tells nothing."""
    below = [other for other in below if other.strip().casefold() not in MISSING]
    if not below or cell.strip().casefold() in MISSING:
        return 0
    if sum(map(_typed, below)) >= 0.8 * len(below):
        return -1 if _typed(cell) else 1
    return -1 if cell in below else 0


def _typed(cell: str) -> bool:
    """Whether a cell is a number or a date, and so rather data than a name."""
    cell = cell.strip()
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell))


def _counting(cells: list[str]) -> bool:
    """Names that count, as 0, 1, 2 or 2015, 2016, 2017 do."""
    if len(cells) < 3 or not all(cell.strip().isdecimal() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return all(after - before == 1 for before, after in pairwise(numbers))


def _fitted(header: Row, body: list[Row], width: int) -> list[str]:
    """The header with as many names as the rows have cells.

    A name too few means row numbers in front, or a delimiter at each row's end.
    """
    if len(header) >= width:
        return header
    blank = [""] * (width - len(header))
    return header + blank if _ends_blank(body, width) else blank + header


def _ends_blank(body: list[Row], width: int) -> bool:
    return all(not row[-1].strip() for row in body if len(row) == width)
