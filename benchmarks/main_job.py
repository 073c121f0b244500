"""Builds a file end to end on an embedded cloud of its own and tells how each hop went.

    python -m benchmarks.main_job --csv FILE [--target COLUMN] [--algorithm NAME] [--tuned]
                                  [--tier NAME] [--n N] [--keep]

The last line is one JSON object.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from backend.context import Context
from backend.domain.build import Build
from backend.domain.choices import Choices, Objective, checked
from backend.domain.errors import BackendError
from backend.domain.metering import metered
from backend.domain.price_book import PriceBook
from benchmarks.ground import deployed_tenant, ended, put, say
from benchmarks.memory import PeakMemory
from demo.cloud import OwnCloud, own_cloud


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options().parse_args(arguments)
    if not options.csv.is_file():
        return _refuse(f"There is no file {options.csv}: name a CSV file.")
    try:
        with _state(keep=options.keep) as state, own_cloud(state) as cloud:
            figures = _measure(cloud, options)
    except BackendError as refusal:
        return _refuse(str(refusal))
    sys.stdout.write(json.dumps(figures, default=str) + "\n")
    return 0


def _measure(cloud: OwnCloud, options: argparse.Namespace) -> dict[str, Any]:
    context, tenant = deployed_tenant(cloud, tier=options.tier)
    choices = checked(
        Choices(options.algorithm, options.target or "", Objective.AUTO, options.tuned)
    )
    memory = PeakMemory(cloud.pid).start()
    say(f"putting {options.csv.name} {options.n} times")
    puts = put(context, tenant, options.csv, choices, options.n)
    builds = [ended(context, tenant, build_id) for build_id in puts]
    peaks = memory.stop()
    return {
        "file": options.csv.name,
        "bytes": options.csv.stat().st_size,
        "tier": options.tier,
        "algorithm": options.algorithm,
        "tuned": options.tuned,
        "succeeded": sum(build.state == "Succeeded" for build in builds),
        "builds": [_told(context, build, puts[build.build_id]) for build in builds],
        "median_hops_ms": _medians([_hops(context, b, puts[b.build_id]) for b in builds]),
        "peak_memory_mib": peaks,
        "state": str(cloud.state) if options.keep else None,
    }


def _told(context: Context, build: Build, put_at: datetime) -> dict[str, Any]:
    found = build.result
    return {
        "build_id": build.build_id,
        "state": build.state.value,
        "reason": build.reason,
        "objective": found.objective if found else None,
        "target": found.target if found else None,
        "rows_read": found.rows_read if found else None,
        "rows_dropped": found.rows_dropped if found else None,
        "test_rows": found.test_rows if found else None,
        "metrics": found.metrics if found else None,
        "baseline": found.baseline_metrics if found else None,
        "skill": found.skill if found else None,
        "warnings": found.warnings if found else None,
        "hops_ms": _hops(context, build, put_at),
        "steps": [asdict(step) for step in build.steps],
        "model_package_arn": found.model_package_arn if found else None,
        "cost_estimate_usd": f"{metered(build.steps, PriceBook()).amount:.6f}",
    }


def _hops(context: Context, build: Build, put_at: datetime) -> dict[str, float | None]:
    """Milliseconds between the walk's stations; None where a build did not come so far."""
    registered = None
    if build.result is not None and build.result.model_package_arn:
        registered = context.registry.version(build.result.model_package_arn).created_at
    stations = {
        "put": put_at,
        "event": build.queued_at,
        "waiting": build.requested_at,
        "start": build.started_at,
        "registered": registered,
        "recorded": build.ended_at if build.execution_arn else None,
    }
    return {
        f"{before}->{after}": _milliseconds(stations[before], stations[after])
        for before, after in pairwise(stations)
    }


def _milliseconds(before: datetime | None, after: datetime | None) -> float | None:
    if before is None or after is None:
        return None
    return round((after - before).total_seconds() * 1000, 1)


def _medians(hops: list[dict[str, float | None]]) -> dict[str, float | None]:
    known = {name: [h[name] for h in hops if h[name] is not None] for name in hops[0]}
    return {
        name: statistics.median(float(value or 0) for value in values) if values else None
        for name, values in known.items()
    }


@contextmanager
def _state(*, keep: bool) -> Iterator[Path]:
    if keep:
        yield Path(tempfile.mkdtemp(prefix="main-job-"))
        return
    with tempfile.TemporaryDirectory(prefix="main-job-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.main_job", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--csv", type=Path, required=True, help="the file to build from")
    parser.add_argument("--target", help="the column to predict; the last one if not given")
    parser.add_argument("--algorithm", default="xgboost", help="xgboost or linear")
    parser.add_argument("--tuned", action="store_true", help="search hyperparameters")
    parser.add_argument("--tier", default="standard", help="basic, standard or premium")
    parser.add_argument("--n", type=_positive, default=1, help="how many times the file is put")
    parser.add_argument("--keep", action="store_true", help="keep the cloud's state and logs")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
