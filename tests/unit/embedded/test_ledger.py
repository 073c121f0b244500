"""A made-up past: read once, every line labelled, nothing faulty taken for a cost."""

import json
import tracemalloc
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.embedded.costs.bill import Bill, text_of
from backend.embedded.costs.ledger import Ledger, read_ledger
from backend.embedded.place import CannotStart
from tests.unit.embedded.cost_jobs import NOW, made_up

LINE = {
    "service": "Amazon SageMaker",
    "usage_type": "USE1-Train:ml.m5.large",
    "unit": "Hrs",
    "record_type": "Usage",
    "tags": {"tenant-id": "delta-foods", "synthetic": "true"},
    "days": {"2026-03-01": ["0.0000000001", "2.5"]},
}


def read(folder: Path, *lines: Any) -> Ledger:
    file = folder / "ledger.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return read_ledger(file)


def test_where_there_is_no_file_nothing_was_before(tmp_path: Path) -> None:
    ledger = read_ledger(tmp_path / "ledger.jsonl")
    assert (ledger.lines, ledger.bill.days(), ledger.activations) == (0, [], [])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tags": {"tenant-id": "delta-foods"}}, "synthetic=true"),
        ({"tags": {"synthetic": "false"}}, "synthetic=true"),
        ({"days": {"2026-03-01": ["1.00000000001", "0"]}}, "10 places"),
        ({"days": {"2026-03-01": ["NaN", "0"]}}, "ValueError"),
        ({"days": {"2026-03-01": ["1000000000000", "0"]}}, "too large"),
        ({"days": {"2026-03-01": ["a dollar", "0"]}}, "InvalidOperation"),
        ({"days": {"2026-03-01": ["1", None]}}, "TypeError"),
        ({"days": {"2026-03-01": ["1"]}}, "ValueError"),
        ({"days": {"2026-02-30": ["1", "1"]}}, "day"),
        ({"days": None}, "AttributeError"),
    ],
)
def test_a_faulty_line_keeps_the_cloud_from_starting_and_is_named(
    change: dict[str, Any], named: str, tmp_path: Path
) -> None:
    with pytest.raises(CannotStart, match=r"Line 2 of .*ledger\.jsonl") as refused:
        read(tmp_path, LINE, LINE | change)
    assert named in str(refused.value)


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"day": "2026-03-01"}', '{"activated": "a"}'])
def test_what_is_no_line_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_text(f"{text}\n")
    with pytest.raises(CannotStart, match="Line 1"):
        read_ledger(file)


def test_a_line_is_billed_on_its_day_to_the_last_place(tmp_path: Path) -> None:
    days = {"2026-03-01": ["-12.0000000001", "0"], "2026-02-28": ["-1", "0"]}
    credit = LINE | {"record_type": "Credit", "days": days}
    ledger = read(tmp_path, LINE, credit, LINE)
    assert (ledger.lines, ledger.bill.days()) == (4, [date(2026, 2, 28), date(2026, 3, 1)])
    lines = [
        (source.dimensions["RECORD_TYPE"], text_of(cost), text_of(usage))
        for source, cost, usage in ledger.bill.on(date(2026, 3, 1))
    ]
    assert lines == [
        ("Usage", "0.0000000001", "2.5"),
        ("Credit", "-12.0000000001", "0"),
        ("Usage", "0.0000000001", "2.5"),
    ]


def test_keys_that_were_activated_in_the_past_are_told(tmp_path: Path) -> None:
    ledger = read(tmp_path, {"activated": "tier", "at": NOW.isoformat()})
    (change,) = ledger.activations
    assert (change.key, change.active, change.at) == ("tier", True, NOW)


def test_many_lines_take_little_memory() -> None:
    sources = [made_up({"tenant-id": str(number)}) for number in range(300)]
    tracemalloc.start()
    bill = Bill()
    for number in range(100):
        for source in sources:
            bill.add(NOW.date() - timedelta(days=number), source, number * 10**10, number)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / (len(sources) * 100) < 40  # bytes
