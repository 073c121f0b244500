"""A tenant's people learn what their builds will cost; past builds tell it as numbers alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backend.context import Context
from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.errors import Forbidden, Invalid
from backend.domain.metering import metered
from backend.domain.tenant import Tenant
from backend.domain.tier import GIB, MIB
from backend.expected_cost import before_builds
from tests.integration.estate import PAT
from tests.integration.lines import person_of

NewTenants = Callable[..., Tenant]
SIZE = 77 * MIB  # no other test's builds are so large
# Later than all other tests' builds: only the last of all are read.
NOW = datetime.now(UTC) + timedelta(days=1)


def built(admin: Context, tenant: Tenant, number: int, *, billed: int) -> Build:
    at = NOW - timedelta(hours=number)
    upload = Upload(tenant.bucket, f"uploads/{number}.csv", f"v{number}", SIZE, at)
    waiting = Build.waiting(
        BuildRequest(tenant.tenant_id, upload),
        tier=tenant.tier,
        choices=Choices(),
        queued_at=at,
        at=at,
    )
    job = BuildStep(
        "Train",
        "Training",
        "Succeeded",
        instance_type="ml.m5.large",
        instance_count=1,
        billable_seconds=billed,
        volume_gb=30,
    )
    build = replace(
        waiting,
        state=BuildState.SUCCEEDED,
        started_at=at,
        ended_at=at + timedelta(seconds=200),
        steps=(job,),
        metered=metered([job], admin.prices.read(now=NOW)),
    )
    admin.builds.add(build)
    return build


def test_what_others_builds_were_billed_tells_what_ones_own_will_cost(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    others, tenant = new_tenant("basic"), new_tenant("basic")
    builds = [built(admin, others, n, billed=billed) for n, billed in enumerate((90, 100, 110))]
    fresh = replace(portal)  # remembers nothing yet
    ask = {"choices": Choices(), "now": NOW}
    cost = before_builds(fresh, person_of(tenant), sizes=[SIZE], **ask)
    assert builds[1].metered is not None
    assert cost.likely == builds[1].metered.amount
    assert cost.low < cost.likely < cost.high < Decimal(1)
    assert cost.basis == "from 3 past builds of about this size"
    assert cost.sources == builds[1].metered.sources
    both = before_builds(fresh, person_of(tenant), sizes=[SIZE, SIZE], **ask)
    assert both.likely == 2 * cost.likely
    admin.builds.remove_all_of(others.tenant_id)


def test_what_cannot_be_built_has_no_cost(portal: Context, new_tenant: NewTenants):
    ana = person_of(new_tenant("basic"))
    with pytest.raises(Invalid, match="takes up to 100 MiB"):
        before_builds(portal, ana, sizes=[MIB, GIB], choices=Choices(), now=NOW)
    with pytest.raises(Invalid, match="has no tuning"):
        before_builds(portal, ana, sizes=[MIB], choices=Choices(tuned=True), now=NOW)
    with pytest.raises(Invalid, match="No file is chosen"):
        before_builds(portal, ana, sizes=[], choices=Choices(), now=NOW)


def test_a_provider_builds_nothing_and_asks_for_no_cost(portal: Context):
    with pytest.raises(Forbidden, match="acts for no tenant"):
        before_builds(portal, PAT, sizes=[MIB], choices=Choices(), now=NOW)
