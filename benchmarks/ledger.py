"""Tells how long a year of a thousand tenants takes to load and to answer for.

    python -m benchmarks.ledger [--tenants N] [--days N]

Three services a tenant and day, in a ledger of an embedded cloud of its own; then every page,
through boto3, of a month by day, tenant and service, of the year by month, and of the year by day.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import psutil

from backend.domain import naming
from demo.cloud import LEDGER, own_cloud, speak_to

SERVICES = ("Amazon SageMaker", "Amazon Simple Storage Service", "AWS Lambda")
_GROUP_BY = [
    {"Type": "TAG", "Key": naming.TENANT_TAG},
    {"Type": "DIMENSION", "Key": "SERVICE"},
]


def main() -> int:
    options = _options().parse_args()
    today = datetime.now(UTC).date()
    with TemporaryDirectory(prefix="ledger-", ignore_cleanup_errors=True) as folder:
        state = Path(folder)
        with (state / LEDGER).open("w") as file:
            for line in _lines(today, options.tenants, options.days):
                file.write(json.dumps(line) + "\n")
        began = time.perf_counter()
        with own_cloud(state) as cloud:
            speak_to(cloud)
            _say(f"the cloud starts in {time.perf_counter() - began:.1f} s")
            client = boto3.Session().client("ce")
            _ask(client, "a month by day", "DAILY", today - timedelta(days=30), today)
            year = today - timedelta(days=options.days)
            _ask(client, "the year by month", "MONTHLY", year, today)
            _ask(client, "the year by day", "DAILY", year, today)
            held = psutil.Process(cloud.pid).memory_info().rss
            _say(f"the cloud holds {held / 2**20:.0f} MiB")
    return 0


def _lines(today: date, tenants: int, days: int) -> Iterator[dict[str, Any]]:
    began = datetime(today.year, today.month, 1, tzinfo=UTC) - timedelta(days=days + 40)
    yield {"activated": naming.TENANT_TAG, "at": began.isoformat()}
    for tenant in range(tenants):
        tags = {naming.TENANT_TAG: f"tenant-{tenant}", naming.SYNTHETIC_TAG: "true"}
        for place, service in enumerate(SERVICES):
            yield {
                "service": service,
                "usage_type": "Use",
                "unit": "Hrs",
                "record_type": "Usage",
                "tags": tags,
                "days": {
                    str(today - timedelta(days=number)): [f"{tenant}.{number:05}{place}01", "1.5"]
                    for number in range(1, days + 1)
                },
            }


def _ask(client: Any, what: str, granularity: str, since: date, until: date) -> None:
    question = {
        "TimePeriod": {"Start": str(since), "End": str(until)},
        "Granularity": granularity,
        "Metrics": ["UnblendedCost", "AmortizedCost"],
        "GroupBy": _GROUP_BY,
    }
    began = time.perf_counter()
    groups, pages = 0, 0
    token: dict[str, str] = {}
    while not pages or token:
        page = client.get_cost_and_usage(**question, **token)
        groups += sum(len(result["Groups"]) for result in page["ResultsByTime"])
        pages += 1
        token = {"NextPageToken": page["NextPageToken"]} if "NextPageToken" in page else {}
    seconds = time.perf_counter() - began
    _say(f"{what}: {groups:,} groups on {pages} pages in {seconds:.1f} s")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger")
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    return parser


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
