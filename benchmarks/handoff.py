"""Tells how long a build that may start waits for its start, on an embedded cloud in real time.

    python -m benchmarks.handoff [--builds N] [--slots N]

A build may start from the later of two moments on: it has joined the line, and the build that held
its slot before has ended. Both are the moments at which the function that writes them was entered,
so its own time counts; the start is the execution's creation, as SageMaker tells it. The last line
is one JSON object.
"""

import argparse
import csv
import io
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build
from backend.domain.choices import Choices
from backend.domain.errors import BackendError
from backend.domain.percentile import percentile
from backend.domain.scheduling_policy import SchedulingPolicy
from benchmarks.ground import deployed_tenant, ended, put, say
from demo.cloud import OwnCloud, own_cloud

_TIER = "basic"


@dataclass(frozen=True, slots=True)
class Handoff:
    """One start: how long it took from when it might have been, and what made it possible."""

    seconds: float
    freed: bool


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="handoff-", ignore_cleanup_errors=True) as folder:
            file = Path(folder) / "visits.csv"
            file.write_text(_rows())
            with own_cloud(Path(folder) / "cloud") as cloud:
                found = _measured(cloud, file, builds=options.builds, slots=options.slots)
    except BackendError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


def _measured(cloud: OwnCloud, file: Path, *, builds: int, slots: int) -> dict[str, Any]:
    context, tenant = deployed_tenant(cloud, tier=_TIER)
    _allow(context, slots)
    say(f"putting {builds} files for {slots} slots")
    asked = put(context, tenant, file, Choices(algorithm="linear", target="bought"), builds)
    done = [ended(context, tenant, build_id) for build_id in asked]
    handoffs = handoffs_of(done, _created(context))
    return {
        "builds": builds,
        "slots": slots,
        "succeeded": sum(build.state == "Succeeded" for build in done),
        **_figures(handoffs),
        "of_freed_slots": _figures([each for each in handoffs if each.freed]),
        "of_arrivals": _figures([each for each in handoffs if not each.freed]),
    }


def handoffs_of(builds: Sequence[Build], created: dict[str, datetime]) -> list[Handoff]:
    """Each build's wait since it might have started; `created` is by execution ARN."""
    found: list[Handoff] = []
    freed: dict[int, datetime] = {}
    for build in sorted(builds, key=lambda each: created[each.execution_arn]):
        assert build.slot is not None  # noqa: S101 - it has run
        slot_free = freed.get(build.slot, build.requested_at)
        might = max(build.requested_at, slot_free)
        seconds = (created[build.execution_arn] - might).total_seconds()
        found.append(Handoff(seconds, freed=slot_free > build.requested_at))
        freed[build.slot] = build.ended_at or might
    return found


def _figures(handoffs: Sequence[Handoff]) -> dict[str, Any]:
    seconds = sorted(each.seconds for each in handoffs)
    if not seconds:
        return {"starts": 0}
    return {
        "starts": len(seconds),
        "p50_s": round(percentile(seconds, 0.5), 3),
        "p95_s": round(percentile(seconds, 0.95), 3),
        "max_s": round(seconds[-1], 3),
    }


def _allow(context: Context, slots: int) -> None:
    """So many slots for the one tier, and none to borrow."""
    tier = replace(context.tiers.get(_TIER), max_concurrent_builds=slots)
    context.tiers.save(tier)
    context.policy.save(SchedulingPolicy(lending=False))
    context.scheduling.settings_changed()


def _created(context: Context) -> dict[str, datetime]:
    pages = context.session.client("sagemaker").get_paginator("list_pipeline_executions")
    return {
        listed["PipelineExecutionArn"]: listed["StartTime"]
        for page in pages.paginate(PipelineName=naming.PIPELINE)
        for listed in page["PipelineExecutionSummaries"]
    }


def _rows(count: int = 300) -> str:
    draw, text = random.Random(1), io.StringIO()  # noqa: S311 - a table, no secret
    writer = csv.writer(text)
    writer.writerow(["age", "visits", "bought"])
    for _ in range(count):
        age, visits = draw.randint(18, 80), draw.randint(0, 30)
        bought = visits / 10 - age / 50 + draw.gauss(0, 0.3) > 0
        writer.writerow([age, visits, "yes" if bought else "no"])
    return text.getvalue()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.handoff", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--builds", type=_positive, default=100, help="how many (100)")
    parser.add_argument("--slots", type=_positive, default=2, help="how many at once (2)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
