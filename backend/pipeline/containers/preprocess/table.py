"""Responsible for reading a tenant's file: CSV of any dialect, gzipped or not, and Parquet."""

from dataclasses import dataclass, field
from pathlib import Path

import dialect
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import source_text
from dialect import Dialect
from refusal import Refused

_PARQUET = b"PAR1"
_BLOCK = 1 << 20
_LARGEST_BLOCK = 256 << 20
# Above this share of rows that do not fit the header, the header is the likelier fault.
_MOST_RAGGED = 0.5


@dataclass(slots=True)
class Table:
    """Columns by name, still as they were written, and what reading them has shown.

    Columns are taken out one after the other, so that a file is in memory once and not twice.
    """

    names: list[str]
    cells: list[pa.ChunkedArray]
    rows_read: int
    format: str
    delimiter: str | None = None
    encoding: str | None = None
    dropped: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.rows_read - sum(self.dropped.values())

    def take(self, place: int) -> pa.ChunkedArray:
        cells, self.cells[place] = self.cells[place], pa.chunked_array([pa.nulls(0)])
        return cells


def read(path: Path, scratch: Path, target: str) -> Table:
    """Raises Refused, with the fault and the remedy, for a file that holds no table."""
    path = source_text.unpacked(path, scratch)
    with path.open("rb") as file:
        is_parquet = file.read(len(_PARQUET)) == _PARQUET
    table = _parquet(path) if is_parquet else _text(path, scratch, target)
    if table.rows_read == 0:
        raise Refused(
            "The file has a header but no rows: upload a table with at least 20 rows of data."
        )
    if len(table.names) < 2:
        raise Refused(
            "The file has one column only: a target and at least one column to learn from are "
            "needed, with commas, semicolons, tabs or | between them."
        )
    return table


def _parquet(path: Path) -> Table:
    try:
        read = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as fault:
        raise Refused(f"The Parquet file cannot be read ({fault}): write it anew.") from fault
    flat = [n for n, kind in enumerate(read.schema.types) if not pa.types.is_nested(kind)]
    table = Table(
        names=list(dialect.distinct([read.schema.names[n] for n in flat])),
        cells=[read.column(n) for n in flat],
        rows_read=read.num_rows,
        format="parquet",
    )
    if len(flat) < len(read.schema.names):
        table.warnings.append("Columns of lists or records were left out.")
    return table


def _text(path: Path, scratch: Path, target: str) -> Table:
    text = source_text.as_utf8(path, scratch)
    layout = dialect.recognised(text.path, target)
    read, ragged = _rows(text.path, layout)
    names = list(layout.names[:-1] if layout.closed else layout.names)
    total = read.num_rows + ragged.rows
    if ragged.rows > _MOST_RAGGED * total:
        raise Refused(
            f"{ragged.rows:,} of {total:,} rows do not have the header's {len(layout.names)} "
            f"cells between {_spoken(layout.delimiter)}: give every row as many cells as the "
            "header has names."
        )
    table = Table(
        names=names,
        cells=read.columns[: len(names)],
        rows_read=total,
        format="csv",
        delimiter=layout.delimiter,
        encoding=text.encoding,
    )
    if ragged.rows:
        table.dropped["not as many cells as the header"] = ragged.rows
    table.warnings += _remarks(layout, ragged)
    return table


@dataclass(slots=True)
class _Ragged:
    """Rows that do not fit the header, the lines they took, and whether quotes were to blame."""

    rows: int = 0
    lines: int = 0
    quotes_ignored: bool = False

    def see(self, row: pacsv.InvalidRow) -> str:
        self.rows += 1
        self.lines += 1 + row.text.count("\n")
        return "skip"


def _rows(path: Path, layout: Dialect) -> tuple[pa.Table, _Ragged]:
    """Where quotes lose lines, the way of reading them that loses fewer rows."""
    multiline = _has_open_quotes(path)
    read, ragged = _with_quotes(path, layout, multiline=multiline)
    if not multiline or (ragged.lines == ragged.rows and read.num_rows > 0):
        return read, ragged
    found = read.num_rows
    del read  # two tables would not fit into the memory there is
    read, ragged = _with_quotes(path, layout, multiline=False, quote=False)
    if read.num_rows > found:
        ragged.quotes_ignored = True
        return read, ragged
    return _with_quotes(path, layout, multiline=True)


def _with_quotes(
    path: Path, layout: Dialect, *, multiline: bool, quote: bool = True, block: int = _BLOCK
) -> tuple[pa.Table, _Ragged]:
    ragged = _Ragged()
    names = [str(place) for place in range(len(layout.names))]
    try:
        read = pacsv.read_csv(
            path,
            pacsv.ReadOptions(column_names=names, skip_rows=layout.skipped, block_size=block),
            pacsv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if quote else False,
                newlines_in_values=multiline,
                invalid_row_handler=ragged.see,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as fault:
        if "straddling" in str(fault) and block < _LARGEST_BLOCK:
            return _with_quotes(
                path, layout, multiline=multiline, quote=quote, block=_LARGEST_BLOCK
            )
        if "Empty CSV" in str(fault) or "Could not skip" in str(fault):
            return pa.table({name: pa.array([], pa.string()) for name in names}), ragged
        raise Refused(
            f"The file cannot be read as a table: {fault}. Save it as CSV anew."
        ) from fault
    return read, ragged


def _has_open_quotes(path: Path) -> bool:
    """Whether a line ends within quotes, as it does when a value goes over several lines."""
    with path.open("rb") as file:
        return any(line.count(b'"') % 2 for line in file)


def _remarks(layout: Dialect, ragged: _Ragged) -> list[str]:
    told = []
    if not layout.has_header:
        told.append(
            f"No header was found: the columns are called column_1 to column_{len(layout.names)}."
        )
    if layout.preamble:
        told.append(f"Lines left out before the table: {layout.preamble}.")
    if ragged.quotes_ignored:
        told.append("A quote is never closed: quotes were read as plain characters.")
    return told


def _spoken(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]
