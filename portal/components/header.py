"""Responsible for a first look at a file: its columns and first rows, from its first lines."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

DELIMITERS = (",", ";", "\t", "|")
ROWS_SHOWN = 5
LIKELY_TARGETS = ("target", "label", "class", "outcome", "churn", "y")


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Columns in the file's order; only a guess for the reader, the build reads for itself."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def seems_headless(self) -> bool:
        """True when a name is a number: the first line is probably not a header."""
        return any(_is_number(name) for name in self.columns)


def first_look(head: str) -> FirstLook:
    """Reads the first lines with the delimiter that splits them best; nothing of an empty file."""
    lines = head.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").splitlines()
    filled = [line for line in lines if line.strip()]
    if not filled:
        return FirstLook((), ())
    reader = csv.reader(filled, delimiter=_delimiter(filled[0]))
    rows = [tuple(cell.strip() for cell in row) for row in islice(reader, ROWS_SHOWN + 1)]
    return FirstLook(columns=rows[0], rows=tuple(rows[1:]))


def shared_columns(looks: list[FirstLook]) -> list[str]:
    """The named columns every file has, in the first file's order, each once."""
    if not looks:
        return []
    others = [set(look.columns) for look in looks[1:]]
    named = dict.fromkeys(column for column in looks[0].columns if column)
    return [column for column in named if all(column in columns for columns in others)]


def proposed_target(columns: Sequence[str]) -> int:
    """Where the column to predict probably is: one that is called so, or else the last."""
    called = [column.strip().lower() for column in columns]
    for name in LIKELY_TARGETS:
        if name in called:
            return called.index(name)
    return len(columns) - 1


def _delimiter(header: str) -> str:
    return max(
        DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter)))
    )


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
