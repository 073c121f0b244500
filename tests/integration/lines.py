"""Lines that stand still, and builds to stand in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from backend.context import Context
from backend.domain import naming
from backend.domain.audit import AuditEntry
from backend.domain.build import Build
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from backend.line import join

LINEAR = Choices(algorithm="linear", target="bought")


def person_of(tenant: Tenant, name: str = "Ana") -> Principal:
    return Principal(name.lower(), name, Role.TENANT, tenant.tenant_id)


@contextmanager
def paused(admin: Context, *names: str) -> Iterator[None]:
    """Nothing of these tiers starts: what waits keeps waiting."""
    for name in names:
        admin.tiers.save(replace(admin.tiers.get(name), paused=True))
    admin.scheduling.settings_changed()
    try:
        yield
    finally:
        for name in names:
            admin.tiers.save(replace(admin.tiers.get(name), paused=False))
        admin.scheduling.settings_changed()


@contextmanager
def clocks_stopped(admin: Context) -> Iterator[None]:
    """Nothing is dispatched but by those who ask for it."""
    scheduler = admin.session.client("scheduler")
    clocks = [listed["Name"] for listed in scheduler.list_schedules()["Schedules"]]
    assert clocks

    def turn(state: str) -> None:
        for name in clocks:
            known = scheduler.get_schedule(Name=name)
            kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
            scheduler.update_schedule(**{part: known[part] for part in kept}, State=state)

    turn("DISABLED")
    try:
        yield
    finally:
        turn("ENABLED")


def joined(
    admin: Context,
    tenant: Tenant,
    name: str = "visits.csv",
    *,
    body: bytes = b"a,b\n1,2\n",
    size: int | None = None,
    choices: Choices = LINEAR,
) -> Build:
    """A waiting build in line, with its input, as intake would have made it."""
    now = datetime.now(UTC)
    upload = Upload(tenant.bucket, naming.upload_key_of(name), "v1", size or len(body), now)
    request = BuildRequest(tenant.tenant_id, upload)
    build = Build.waiting(request, tier=tenant.tier, choices=choices, queued_at=now, at=now)
    s3 = admin.session.client("s3")
    s3.put_object(Bucket=tenant.bucket, Key=build.input_key, Body=body)
    assert join(admin, build, admin.tenants.get(tenant.tenant_id), now=now)
    return admin.builds.get(tenant.tenant_id, build.build_id)


def remembered_of(admin: Context, word: str) -> list[AuditEntry]:
    """What the audit holds of today whose subject has the word, the newest first."""
    today = datetime.now(UTC).date()
    return [
        entry for entry in admin.audit.latest(1000, today=today, days=2) if word in entry.subject
    ]
