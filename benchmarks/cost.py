"""Tells how quick costs of many tenants and days are, and how often Cost Explorer is asked.

    python -m benchmarks.cost [--tenants N] [--days N] [--views N]

A ledger of an embedded cloud holds three services a tenant and day. A sync reads all of it by the
product's own adapter and writes the table; then a provider looks at the page of costs, run by
Streamlit's own runner with the portal's rights, first with nothing remembered, then so many times.
`ratio` is the time from the table to the drawn figure over that of reading the same rows of the
table without doing anything with them. The last line is one JSON object.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import boto3
from streamlit.testing.v1 import AppTest

from backend import cost, cost_sync
from backend.aws.session import AwsSession
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain import naming
from backend.domain.allocation import SharedSplit, Sharing
from backend.domain.cost_overview import CostOverview, comparison_of, overview
from backend.domain.exact import exact_sum
from backend.domain.month import first_of_month
from backend.domain.monthly_allocation import whole_months
from backend.domain.percentile import percentile
from backend.domain.principal import Principal, Role
from benchmarks.costs.year import write_year
from benchmarks.ground import say
from benchmarks.simulated.aws_calls import AwsCalls
from demo.cloud import LEDGER, ROOT, own_cloud, speak_to
from portal import cost_charts
from portal.charts import Palette

T = TypeVar("T")
# A page that runs without a server is told so at every run.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").disabled = True
PAT = Principal("bench", "Benchmark", Role.PROVIDER)
_PALETTE = Palette(("#5b6ee8", "#1f9d8f"), "#8b95a7", "#c43145")
_VIEWS, _ASKED = "views", "GetCostAndUsage"
_PERIODS = (7, 30, 90, 365)


def main() -> int:
    options = _options().parse_args()
    today = datetime.now(UTC).date()
    with tempfile.TemporaryDirectory(prefix="cost-", ignore_cleanup_errors=True) as folder:
        state = Path(folder)
        lines = write_year(state / LEDGER, today=today, tenants=options.tenants, days=options.days)
        say(f"{lines:,} lines of a ledger are written")
        with own_cloud(state) as cloud:
            speak_to(cloud)
            context = Context.from_environment()
            deploy(context, say=say)
            found = {"tenants": options.tenants, "days": options.days, **_synced(context)}
            cloud.add_profile(
                "portal", naming.role_arn(naming.PORTAL_ROLE, context.session.account)
            )
            calls = AwsCalls()
            watched = calls.watched(boto3.Session(profile_name="portal"))
            portal = Context(context.settings, AwsSession(watched))
            found |= _page(portal, today, options.days)
            found |= _viewed(portal, calls, options.views, options.days)
    print(json.dumps(found))
    return 0


def _synced(context: Context) -> dict[str, Any]:
    """The first sync, which reads every month there is."""
    state, seconds = _timed(lambda: cost_sync.sync(context, now=datetime.now(UTC)))
    say(f"the first sync took {seconds:.0f} s and {state.requests} requests, ${state.spent}")
    return {
        "sync_s": round(seconds, 1),
        "sync_requests": state.requests,
        "sync_price_usd": str(state.spent),
        "difference_usd": f"{state.difference:f}",
    }


def _page(portal: Context, today: date, days: int) -> dict[str, Any]:
    """From the table to the figure, step by step, and whether every part is the total."""
    since, until = today - timedelta(days=days), today
    months = whole_months(comparison_of(since, until), until)
    _, bare = _timed(lambda: _rows(portal, months.since, months.until))
    reading, read = _timed(lambda: cost.read(portal, PAT, since=months.since, until=until))
    cube, added = _timed(reading.cube)
    choices = [Sharing(SharedSplit.BY_DIRECT_COST)]
    view, viewed = _timed(
        lambda: overview(cube, since, until, choices, tier_of=lambda _: "standard")
    )
    figure, drawn = _timed(lambda: cost_charts.by_day(view, _PALETTE).to_json())
    say(f"read {read:.1f} s, cube {added:.1f} s, overview {viewed:.1f} s, figure {drawn:.2f} s")
    return {
        "read_s": round(read, 2),
        "aggregate_s": round(added + viewed, 2),
        "figure_s": round(drawn, 3),
        "figure_kb": round(len(figure) / 1000, 1),
        "ratio": round((read + added + viewed + drawn) / bare, 2),
        "identity": _holds(view),
        "total_usd": f"{view.whole.total:f}",
    }


def _rows(portal: Context, since: date, until: date) -> int:
    """The baseline: the same rows of the table, left as they come."""
    table = portal.session.table(naming.COSTS_TABLE)
    rows = 0
    month = since
    while month < until:
        question: dict[str, Any] = {
            "IndexName": naming.BY_MONTH_INDEX,
            "KeyConditionExpression": "#m = :m",
            "ExpressionAttributeNames": {"#m": "month"},
            "ExpressionAttributeValues": {":m": f"{month:%Y-%m}"},
        }
        page = table.query(**question)
        rows += page["Count"]
        while "LastEvaluatedKey" in page:
            page = table.query(**question, ExclusiveStartKey=page["LastEvaluatedKey"])
            rows += page["Count"]
        month = first_of_month(month, -1)
    return rows


def _holds(view: CostOverview) -> bool:
    """Tenants + shared + unallocated are the total, and so are services, tiers, and tenants."""
    whole, total = view.whole, view.whole.total
    tenants = exact_sum(tenant.total for tenant in view.tenants)
    return (
        exact_sum((whole.tenants, whole.shared, whole.unallocated)) == total
        and exact_sum((tenants, whole.shared, whole.unallocated)) == total
        and exact_sum(part.now for part in view.services.values()) == total
        and exact_sum(part.now for part in view.tiers.values()) == total
    )


def _viewed(portal: Context, calls: AwsCalls, views: int, days: int) -> dict[str, Any]:
    """The page as it is served, so many times; every call to AWS is counted on the way."""
    # The page's own context is the one that is watched.
    Context.from_environment = lambda: portal  # type: ignore[method-assign]
    before = cost.synced(portal, PAT).requests
    spans = []
    with calls.during(_VIEWS) as made:
        for number in range(views):
            _, seconds = _timed(lambda: _view(days))
            spans.append(seconds)
            if not number:
                say(f"the first view took {seconds:.1f} s")
    asked = made.operations[_ASKED] + cost.synced(portal, PAT).requests - before
    say(f"{views} views took {sum(spans):.0f} s and asked Cost Explorer {asked} times")
    return {
        "views": views,
        "first_view_s": round(spans[0], 2),
        "view_p50_s": round(percentile(sorted(spans[1:] or spans), 0.5), 3),
        "view_p95_s": round(percentile(sorted(spans[1:] or spans), 0.95), 3),
        "cost_explorer_calls": asked,
        "aws_calls_a_view": round(made.made / views, 1),
    }


def _view(days: int) -> None:
    app = AppTest.from_file(str(ROOT / "portal" / "app.py"), default_timeout=600)
    claims = {"is_logged_in": True, "sub": PAT.subject, "name": PAT.name, "iat": int(time.time())}
    app.user = claims | {"cognito:groups": [naming.PROVIDERS_GROUP]}
    app.run()
    app.switch_page("../pages/provider/costs.py")
    app.query_params["period"] = f"{_period(days)} days"
    app.run()
    if app.exception or not app.metric:
        raise AssertionError(f"The page shows no costs: {app.exception}")


def _period(days: int) -> int:
    """The shortest of the page's periods that holds so many days, or its longest."""
    return next((length for length in _PERIODS if length >= days), _PERIODS[-1])


def _timed(act: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    found = act()
    return found, time.perf_counter() - began


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--views", type=int, default=1000)
    return parser


if __name__ == "__main__":
    sys.exit(main())
