"""Waiting builds are explained, and lines shown, from what stands in the tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from backend import queues, waiting
from backend.aws.build_table import stored
from backend.aws.rows import to_row
from backend.aws.scheduling_table import Claim
from backend.context import Context
from backend.domain import naming
from backend.domain.build import Build, BuildState
from backend.domain.build_request import BuildRequest, Upload
from backend.domain.choices import Choices
from backend.domain.errors import Forbidden
from backend.domain.explanation import Explanation
from backend.domain.principal import Principal, Role
from backend.domain.scheduling import Loan, Slot
from backend.domain.tenant import Tenant
from backend.domain.tier import TIERS
from backend.line import join

BASIC = TIERS[0]
PAT = Principal("pat", "Pat", Role.PROVIDER)
NOW = datetime.now(UTC)


def person(tenant: Tenant) -> Principal:
    return Principal("ann", "Ann", Role.TENANT, tenant.tenant_id)


def build_of(tenant: Tenant, number: int, *, asked: datetime = NOW) -> Build:
    upload = Upload(tenant.bucket, f"uploads/{number}.csv", f"v{number}", 1000, asked)
    request = BuildRequest(tenant.tenant_id, upload)
    return Build.waiting(request, tier="basic", choices=Choices(), queued_at=asked, at=asked)


def executing(tenant: Tenant, number: int, *, asked: datetime, started: datetime) -> Build:
    build = build_of(tenant, number, asked=asked)
    return build.starting(0).executing("arn:never", instance_type="ml.m5.large", at=started)


@pytest.fixture(scope="module")
def still(admin: Context) -> Iterator[Context]:
    """The deployed cloud with its clocks stopped: nothing is dispatched, nothing swept."""
    clocks = [clock["Name"] for clock in boto3.client("scheduler").list_schedules()["Schedules"]]
    assert clocks
    for clock in clocks:
        set_clock(clock, "DISABLED")
    yield admin
    for clock in clocks:
        set_clock(clock, "ENABLED")


def set_clock(name: str, state: str) -> None:
    scheduler = boto3.client("scheduler")
    known = scheduler.get_schedule(Name=name)
    kept = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(**{part: known[part] for part in kept}, State=state)


@pytest.fixture
def acme(still: Context, new_tenant: Callable[..., Tenant]) -> Iterator[Tenant]:
    tenant = new_tenant()
    yield tenant
    still.builds.remove_all_of(tenant.tenant_id)


@pytest.fixture
def umbrella(still: Context, new_tenant: Callable[..., Tenant]) -> Iterator[Tenant]:
    tenant = new_tenant()
    yield tenant
    still.builds.remove_all_of(tenant.tenant_id)


@pytest.fixture
def hold(still: Context) -> Iterator[Callable[..., None]]:
    """Holds slots that nobody's dispatch has given, until the test has ended."""
    held: list[Slot] = []

    def holding(*slots: Slot) -> None:
        for slot in slots:
            still.session.table(naming.SLOTS_TABLE).put_item(Item=to_row(slot))
            held.append(slot)

    yield holding
    for slot in held:
        still.scheduling.release_slot(slot)


def in_line(context: Context, tenant: Tenant, numbers: Sequence[int]) -> list[Build]:
    for number in numbers:
        current = context.tenants.get(tenant.tenant_id)
        assert join(context, build_of(tenant, number), current, now=NOW)
    found = [context.builds.get(tenant.tenant_id, build_of(tenant, n).build_id) for n in numbers]
    return sorted(found, key=lambda build: build.place)


def full(tenant: Tenant) -> list[Slot]:
    """Basic runs two of the tenant's builds, and premium has borrowed what else there is."""
    tiers = ["basic"] * 2 + ["premium"] * 12
    return [
        Slot(100 + n, tier, tenant.tenant_id, f"b{n}", NOW, execution_arn="arn:never")
        for n, tier in enumerate(tiers)
    ]


def positions(found: dict[str, Explanation], builds: Sequence[Build]) -> list[int]:
    return [found[build.build_id].position for build in builds]


@pytest.mark.parametrize("looked_at", [100, 2, 1])
def test_positions_are_those_in_line_however_much_of_it_is_read(
    still: Context,
    portal: Context,
    acme: Tenant,
    umbrella: Tenant,
    looked_at: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "LOOKED_AT", looked_at)
    many = in_line(still, acme, [1, 2, 3])
    one = in_line(still, umbrella, [1])
    by_place = sorted([*many, *one], key=lambda build: build.place)
    assert positions(waiting.explain(portal, PAT, by_place, now=NOW), by_place) == [1, 2, 3, 4]
    assert one[0] in by_place[:2]  # fair: its first build comes before the other's second
    ends = [by_place[0], by_place[3]]
    assert positions(waiting.explain(portal, PAT, ends, now=NOW), ends) == [1, 4]
    own = waiting.explain(portal, person(acme), many, now=NOW)
    assert positions(own, many) == [by_place.index(build) + 1 for build in many]


def test_starting_times_follow_what_runs_and_what_is_ahead(
    still: Context, portal: Context, acme: Tenant, umbrella: Tenant, hold: Callable[..., None]
) -> None:
    hold(*full(umbrella))
    builds = in_line(still, acme, [1, 2, 3])
    found = waiting.explain(portal, person(acme), builds, now=NOW + timedelta(seconds=1))
    told = [found[build.build_id] for build in builds]
    assert {one.reason for one in told} == {"basic: 2 of 2 slots running"}
    first, second, third = [one.starts_at for one in told]
    assert first is not None
    assert second is not None
    assert third is not None
    assert NOW < first <= second < third
    assert all(one.basis for one in told)


def test_who_is_capped_is_told_so_and_keeps_its_position_aside(
    still: Context, portal: Context, acme: Tenant, umbrella: Tenant, hold: Callable[..., None]
) -> None:
    builds = in_line(still, acme, [1, 2])
    other = in_line(still, umbrella, [1])
    before = waiting.explain(portal, PAT, builds, now=NOW)
    still.builds.move(builds[0], builds[0].aside("cap of 1 reached"))
    current = still.tenants.get(acme.tenant_id)
    still.tenants.save(current, replace(current, max_concurrent_builds=1))
    still.scheduling.settings_changed()
    hold(replace(full(acme)[0], number=100))
    seen = [still.builds.get(acme.tenant_id, build.build_id) for build in builds]
    own = waiting.explain(portal, person(acme), seen, now=NOW)
    assert {one.reason for one in own.values()} == {"your cap of 1"}
    assert positions(own, builds) == positions(before, builds)
    first, second = [own[build.build_id].starts_at for build in builds]
    assert first is not None
    assert second is not None
    assert NOW < first < second  # one after the other, though slots are free
    provider = waiting.explain(portal, PAT, [*seen, *other], now=NOW)
    assert provider[builds[0].build_id].reason == "the tenant's cap of 1"
    assert provider[other[0].build_id].reason == "next to start"


def test_a_tenants_people_may_not_ask_about_others(
    portal: Context, acme: Tenant, umbrella: Tenant
) -> None:
    with pytest.raises(Forbidden, match=acme.tenant_id):
        waiting.explain(portal, person(acme), [build_of(umbrella, 1)], now=NOW)


def test_what_does_not_wait_is_not_explained(portal: Context, acme: Tenant) -> None:
    running = executing(acme, 1, asked=NOW, started=NOW)
    assert waiting.explain(portal, person(acme), [running], now=NOW) == {}


def test_past_runs_come_newest_first_and_with_their_times(
    still: Context, portal: Context, acme: Tenant
) -> None:
    later = NOW + timedelta(days=1)  # after everything other tests have asked for
    builds = [
        executing(acme, n, asked=later + timedelta(minutes=n), started=later + timedelta(hours=n))
        for n in range(4)
    ]
    builds[1] = builds[1].ended(BuildState.SUCCEEDED, at=later + timedelta(hours=3))
    builds[2] = builds[2].ended(BuildState.FAILED, at=later + timedelta(hours=4))
    for build in builds:
        assert still.builds.add(build)
    runs = portal.runs.since(later)
    assert [run.build_id for run in runs] == [build.build_id for build in reversed(builds)]
    assert [run.seconds for run in runs] == [None, 7200, 7200, None]
    assert (runs[0].size, runs[0].algorithm, runs[0].tuned) == (1000, "xgboost", False)
    assert portal.runs.since(later, limit=2) == runs[:2]
    assert portal.runs.since(later + timedelta(minutes=2)) == runs[:2]


def test_the_board_tells_lines_loans_and_half_made_starts(
    still: Context, portal: Context, acme: Tenant, umbrella: Tenant, hold: Callable[..., None]
) -> None:
    builds = in_line(still, acme, [1, 2, 3])
    for build in builds[1:]:
        state, _ = still.scheduling.read()
        assert still.scheduling.park(state, build, "paused by the provider") is Claim.DONE
    slots = full(umbrella)
    slots[0] = replace(slots[0], execution_arn="", claimed_at=NOW - timedelta(seconds=30))
    slots[1] = replace(slots[1], execution_arn="", claimed_at=NOW - timedelta(seconds=61))
    hold(*slots)
    board = queues.board(portal, PAT, now=NOW)
    lines = {line.tier.name: line for line in board.lines}
    basic = lines["basic"]
    assert (basic.waiting, basic.parked, len(basic.running), basic.limit) == (1, 2, 2, 2)
    assert basic.oldest_wait == timedelta(0)
    assert (lines["premium"].loan, lines["standard"].loan) == (Loan(0, 4), Loan(4, 0))
    assert (board.slots, board.free, board.half_started) == (14, 0, 1)


def test_the_oldest_wait_is_not_the_first_in_lines(
    still: Context, portal: Context, acme: Tenant, umbrella: Tenant
) -> None:
    in_line(still, acme, [1])
    waits_long = replace(in_line(still, umbrella, [1])[0], requested_at=NOW - timedelta(hours=2))
    table = still.session.table(naming.BUILDS_TABLE)
    table.put_item(Item=stored(waits_long))
    aside = replace(waits_long, build_id="0" * 32, requested_at=NOW - timedelta(hours=3))
    table.put_item(Item=stored(aside.aside("paused by the provider")))
    lines = {line.tier.name: line for line in queues.board(portal, PAT, now=NOW).lines}
    assert lines["basic"].oldest_wait == timedelta(hours=2)
    assert lines["premium"].oldest_wait is None


def test_the_history_has_the_waits_of_builds_that_started(
    still: Context, portal: Context, acme: Tenant
) -> None:
    before = {one.tier: one for one in queues.history(portal, PAT, now=NOW).tiers}["basic"]
    for number in (1, 2):
        asked = NOW - timedelta(minutes=10 * number)
        still.builds.add(
            executing(acme, number, asked=asked, started=asked + timedelta(seconds=90))
        )
    history = queues.history(portal, PAT, now=NOW)
    after = {one.tier: one for one in history.tiers}["basic"]
    assert after.starts_last_hour == before.starts_last_hour + 2
    assert sum(b.started for b in after.buckets) == sum(b.started for b in before.buckets) + 2
    assert history.complete


def test_only_providers_see_lines_and_their_history(portal: Context, acme: Tenant) -> None:
    with pytest.raises(Forbidden):
        queues.board(portal, person(acme), now=NOW)
    with pytest.raises(Forbidden):
        queues.history(portal, person(acme), now=NOW)
