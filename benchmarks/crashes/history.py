"""Responsible for judging what happened: the executor's own record against what was left behind.

The record is one line a happening, in the order of happening, written by the executor alone. What
the product says of itself counts only where it is compared with that record.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]

STARTED, ENDED, ASKED = "started", "ended", "asked"
_BUILT = frozenset({"Succeeded", "Failed"})
_FINAL = _BUILT | {"Stopped", "Rejected"}


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded version, and the build it must become."""

    tenant_id: str
    build_id: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How many executions may run at once: in all, of each tier, of each tenant that has a cap."""

    slots: int
    tiers: Mapping[str, int] = field(default_factory=dict)
    tenants: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Faults:
    """What went wrong, each fault a sentence."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    leaked: tuple[str, ...] = ()
    over_limit: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "leaked": len(self.leaked),
            "over_limit": len(self.over_limit),
        }

    @property
    def sentences(self) -> tuple[str, ...]:
        return (*self.lost, *self.doubled, *self.leaked, *self.over_limit)


def judged(
    record: Sequence[Line],
    uploads: Iterable[Upload],
    builds: Iterable[Line],
    slots: Iterable[Line],
    limits: Limits,
) -> Faults:
    """The faults, from the executor's record and the rows that tables hold once all is quiet."""
    return Faults(
        lost=tuple(_lost(record, uploads, builds)),
        doubled=tuple(_doubled(record)),
        leaked=tuple(_leaked(slots)),
        over_limit=tuple(_over_limit(record, limits)),
    )


def lines_of(file: Path) -> list[dict[str, Any]]:
    """The lines of a record, which may not have begun yet."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def _lost(record: Sequence[Line], uploads: Iterable[Upload], builds: Iterable[Line]) -> list[str]:
    rows = {row["build_id"]: row for row in builds}
    started = {line["arn"]: line for line in record if line["what"] == STARTED}
    ends: dict[str, set[str]] = {}
    for line in record:
        if line["what"] == ENDED:
            ends.setdefault(started[line["arn"]]["build_id"], set()).add(line["status"])
    faults = []
    for upload in uploads:
        fault = _fault_of(rows.get(upload.build_id), ends.get(upload.build_id, set()))
        if fault:
            faults.append(f"Build {upload.build_id} of {upload.tenant_id} {fault}.")
    return faults


def _fault_of(row: Line | None, ends: set[str]) -> str | None:
    if row is None:
        return "has no record"
    state = row["state"]
    if state not in _FINAL:
        return f"is {state} for ever"
    if not ends:
        return f"is {state}, but no execution of it ended: {row.get('reason', 'without a reason')}"
    if state not in ends:
        return f"is {state}, but its execution {' and '.join(sorted(ends))}"
    return None


def _doubled(record: Sequence[Line]) -> Iterator[str]:
    """Each execution whose build, token or display name an earlier one had."""
    seen: dict[tuple[str, str], str] = {}
    for line in record:
        if line["what"] != STARTED:
            continue
        marks = [(kind, line[kind]) for kind in ("build_id", "token", "name")]
        earlier = next((seen[mark] for mark in marks if mark in seen), None)
        if earlier is not None:
            yield f"Build {line['build_id']} has another execution, {line['arn']}, than {earlier}."
        seen |= {mark: line["arn"] for mark in marks}


def _leaked(slots: Iterable[Line]) -> Iterator[str]:
    for slot in slots:
        yield f"Slot {slot['number']} is still held by build {slot['build_id']}."


def _over_limit(record: Sequence[Line], limits: Limits) -> Iterator[str]:
    """Only a start can exceed a limit, so each start that does is one instant."""
    running: dict[str, Line] = {}
    for line in record:
        if line["what"] == ENDED:
            running.pop(line["arn"], None)
        elif line["what"] == STARTED:
            running[line["arn"]] = line
            exceeded = list(_exceeded(running.values(), line, limits))
            if exceeded:
                yield f"At {line['at']:.3f} {' and '.join(exceeded)}: build {line['build_id']}."


def _exceeded(running: Iterable[Line], started: Line, limits: Limits) -> Iterator[str]:
    now = list(running)
    if len(now) > limits.slots:
        yield f"{len(now)} ran in {limits.slots} slots"
    for kind, most_of in (("tier", limits.tiers), ("tenant", limits.tenants)):
        name = started[kind]
        ran = sum(line[kind] == name for line in now)
        most = most_of.get(name)
        if most is not None and ran > most:
            yield f"{ran} of {kind} {name} ran, whose most is {most}"
