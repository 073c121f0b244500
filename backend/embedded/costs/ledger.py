"""Responsible for the ledger: a made-up past to show, read once, every line of it labelled so."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.domain import naming
from backend.embedded.costs.activation import TagChange
from backend.embedded.costs.bill import Bill, Source, units_of
from backend.embedded.place import ACCOUNT, REGION, CannotStart

FILE = "ledger.jsonl"

_LABEL = (naming.SYNTHETIC_TAG, "true")


@dataclass(slots=True)
class Ledger:
    """What was billed before the cloud began, and which tag keys were activated then."""

    bill: Bill = field(default_factory=Bill)
    activations: list[TagChange] = field(default_factory=list)
    lines: int = 0


def read_ledger(file: Path) -> Ledger:
    """What the file tells, nothing where there is no file; raises CannotStart for a faulty line.

    Each line is a JSON object: either `service`, `usage_type`, `unit`, `record_type` and `tags`
    with `days`, which gives each day its amount (USD) and its usage, as texts of ten places at
    most; or `activated`, a tag key, with `at`, when it was.
    """
    ledger = Ledger()
    for number, line in _written(file):
        try:
            _enter(ledger, json.loads(line))
        except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as fault:
            raise CannotStart(
                f"Line {number} of {file} is no line of a ledger ({fault!r}): mend or remove it."
            ) from fault
    return ledger


def _written(file: Path) -> Iterator[tuple[int, str]]:
    if not file.exists():
        return
    with file.open(encoding="utf-8") as lines:
        yield from enumerate(lines, start=1)


def _enter(ledger: Ledger, line: Mapping[str, Any]) -> None:
    if "activated" in line:
        at = datetime.fromisoformat(line["at"])
        ledger.activations.append(TagChange(line["activated"], active=True, at=at))
        return
    source = _source(line)
    for day, (amount, usage) in line["days"].items():
        cost, used = units_of(Decimal(amount)), units_of(Decimal(usage))
        ledger.bill.add(date.fromisoformat(day), source, cost, used)
    ledger.lines += len(line["days"])


def _source(line: Mapping[str, Any]) -> Source:
    if _LABEL not in line["tags"].items():
        raise ValueError(f"it lacks the tag {'='.join(_LABEL)}, which says that it is made up")
    dimensions = {
        "SERVICE": str(line["service"]),
        "USAGE_TYPE": str(line["usage_type"]),
        "RECORD_TYPE": str(line["record_type"]),
        "REGION": REGION,
        "LINKED_ACCOUNT": ACCOUNT,
    }
    return Source(line["tags"], dimensions, str(line["unit"]))
