"""Responsible for builds that ended in a month, with what the meter says of each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from backend.context import Context
from backend.domain import metering, naming
from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.meter_reading import Metered
from backend.domain.month import bounds_of
from backend.domain.price_book import PriceBook
from backend.domain.tenant import Tenant
from backend.domain.usage import MonthUsage, usage_of
from tests.portal.spent import month


@dataclass(frozen=True, slots=True)
class Ended:
    """A tenant's builds that ended last month, priced, unpriced, or never run, and one of this.

    `theirs` is a build of another tenant, `foreign`, that ended last month, too.
    """

    tenant: Tenant
    foreign: Tenant
    priced: Build
    unpriced: Build
    never_ran: Build
    of_open_month: Build
    theirs: Build

    @property
    def used(self) -> tuple[MonthUsage, ...]:
        """The tenant's usage of both months."""
        name, of_last = self.tenant.tenant_id, (self.priced, self.unpriced, self.never_ran)
        return usage_of(name, month(1), of_last), usage_of(name, month(), [self.of_open_month])


def builds(context: Context, new_tenant: Callable[..., Tenant]) -> Ended:
    """Two tenants of their own, and their builds."""
    own, foreign = new_tenant("standard"), new_tenant("basic")
    succeeded, last = BuildState.SUCCEEDED, month(1)
    metered = reading()
    return Ended(
        tenant=own,
        foreign=foreign,
        priced=build(context, own, succeeded, "priced.csv", month=last, metered=metered),
        unpriced=build(context, own, BuildState.FAILED, "unpriced.csv", month=last),
        never_ran=build(context, own, BuildState.STOPPED, "idle.csv", month=last, ran=False),
        of_open_month=build(context, own, succeeded, "new.csv", month=month(), metered=metered),
        theirs=build(context, foreign, succeeded, "foreign.csv", month=last, metered=metered),
    )


def build(
    context: Context,
    tenant: Tenant,
    state: BuildState,
    file_name: str,
    *,
    month: str,
    metered: Metered | None = None,
    ran: bool = True,
) -> Build:
    """A build that has ended in the first minutes of a UTC month, with what the meter says."""
    at = bounds_of(month)[0] + timedelta(minutes=1)
    upload = Upload(tenant.bucket, naming.UPLOADS + file_name, f"{file_name}-{month}", 977_501, at)
    request = BuildRequest(tenant.tenant_id, upload)
    waiting = Build.waiting(request, tier=tenant.tier, choices=Choices(), queued_at=at, at=at)
    over = replace(
        waiting,
        state=state,
        started_at=at if ran else None,
        ended_at=at + timedelta(minutes=1),
        steps=tuple(steps()) if ran else (),
        metered=metered,
    )
    context.builds.add(over)
    return over


def steps() -> list[BuildStep]:
    """3,690 instance seconds, each with a disk of 30 GB."""
    return [
        BuildStep(
            name,
            kind,
            "Succeeded",
            instance_type="ml.m5.large",
            instance_count=instances,
            billable_seconds=seconds,
            volume_gb=30,
        )
        for name, kind, instances, seconds in (
            ("Preprocess", "Processing", 1, 90),
            ("Train", "Training", 2, 1800),
        )
    ]


def reading() -> Metered:
    """What the meter says of the steps: $0.12 in all."""
    return metering.metered(steps(), PriceBook())
