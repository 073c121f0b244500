"""Reconciles a daily cost export: python -m benchmarks.reconcile FILE.csv [--shared-service NAME]

The export has the header date,tenant,service,cost; the tenant is empty where cost is untagged.
Untagged cost of a --shared-service is shared and split as --split says; the last line is JSON.
"""

import argparse
import csv
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from backend.domain.allocation import Allocation, SharedSplit, Sharing, allocate
from backend.domain.cost import CostRecord
from backend.domain.errors import Invalid
from backend.domain.exact import amount_of

HEADER = ("date", "tenant", "service", "cost")
_LONGEST_CELL = 1 << 20


def main() -> int:
    options = _options()
    try:
        records = list(read(options.file))
        shared = set(options.shared_service)
        found = allocate(shared_among(records, shared), Sharing(SharedSplit(options.split)))
    except (Invalid, OSError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    days = sorted({record.day for record in records})
    period = f"{days[0]} to {days[-1]}" if days else "no day"
    print(f"{len(records)} lines, {period}, {len(found.direct)} tenants")
    print(json.dumps(summary(found)))
    return 0


def read(file: Path) -> Iterator[CostRecord]:
    """The export's lines; raises Invalid, with the line's number, for one that cannot be read."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            yield from _records(file.name, csv.DictReader(text, strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise Invalid(f"{file.name} is no CSV in UTF-8: {fault}.") from None


def shared_among(records: Iterable[CostRecord], services: Collection[str]) -> Iterator[CostRecord]:
    """The records, untagged ones of the named services as shared cost."""
    for record in records:
        shared = record.tenant_id is None and record.service in services
        yield replace(record, shared=True) if shared else record


def summary(found: Allocation) -> dict[str, str]:
    """The four figures of the identity, as decimal texts with every digit."""
    return {
        "tenants": f"{found.tenants:f}",
        "shared": f"{found.shared:f}",
        "unallocated": f"{found.unallocated:f}",
        "total": f"{found.total:f}",
    }


def _records(name: str, lines: "csv.DictReader[str]") -> Iterator[CostRecord]:
    header = tuple(column.strip().lower() for column in lines.fieldnames or ())
    if sorted(header) != sorted(HEADER):
        raise Invalid(
            f"{name} has the header {','.join(header) or 'of an empty file'}: "
            f"it needs {','.join(HEADER)}."
        )
    lines.fieldnames = header
    for line in lines:
        where = f"{name}, line {lines.line_num}"
        if None in line or None in line.values():
            raise Invalid(f"{where} has not {len(HEADER)} cells: give it as many as the header.")
        yield _record(where, line)


def _record(where: str, line: Mapping[str, str]) -> CostRecord:
    try:
        day = date.fromisoformat(line["date"].strip())
        amount = amount_of(line["cost"])
    except Invalid as refusal:
        raise Invalid(f"{where}: {refusal}") from None
    except ValueError:
        raise Invalid(f"{where}: {line['date']!r} is no day: write it as 2026-11-24.") from None
    tenant = line["tenant"].strip() or None
    return CostRecord(day, tenant, amount, estimated=False, service=line["service"].strip())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconcile", description=__doc__)
    parser.add_argument("file", type=Path, help="a daily cost export")
    parser.add_argument("--shared-service", action="append", default=[], help="shared by all")
    splits = [split.value for split in SharedSplit if split is not SharedSplit.FIXED_SHARES]
    parser.add_argument("--split", choices=splits, default=splits[0], help="of the shared cost")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
