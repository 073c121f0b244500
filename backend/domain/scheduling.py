"""Responsible for who starts next: values in, decisions out.

A tier that runs fewer builds than it has slots of its own comes first; what is idle then is lent
to tiers that wait, by their weights. No decision exceeds the slots there are, a tier's limit or a
tenant's cap. Within a tier builds start in the order of their places (fair_queue.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from backend.domain.build import Build
from backend.domain.fair_queue import line_of
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier

POOL = "builds"


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to run one build, held by it until it ends; then also which execution runs it."""

    number: int
    tier: str
    tenant_id: str
    build_id: str
    claimed_at: datetime
    execution_arn: str = ""
    pool: str = POOL


@dataclass(frozen=True, slots=True)
class SchedulerState:
    """What the decisions so far have left behind, but for the slots themselves.

    Whoever claims a slot raises `version`, and a claim counts only if nobody else has raised it
    since the state was read: of two dispatches that decide at once, one decides anew. Whoever
    changes a tier, a tenant's share or the policy raises `settings_version`, too. `virtual_times`
    is each tier's V of fair_queue.py; `parked` are the tenants with builds set aside.
    """

    version: int = 0
    settings_version: int = 0
    virtual_times: dict[str, int] = field(default_factory=dict)
    parked: tuple[str, ...] = ()

    def started(self, build: Build) -> "SchedulerState":
        """The state after the build has started; a build moved to the front keeps V as it is."""
        times = dict(self.virtual_times)
        if build.moved_to_front_at is None:
            times[build.tier] = max(times.get(build.tier, 0), build.tag)
        return replace(self, version=self.version + 1, virtual_times=times)

    def with_parked(self, tenant_id: str) -> "SchedulerState":
        parked = tuple(sorted({*self.parked, tenant_id}))
        return replace(self, version=self.version + 1, parked=parked)

    def without_parked(self, tenant_id: str) -> "SchedulerState":
        parked = tuple(name for name in self.parked if name != tenant_id)
        return replace(self, version=self.version + 1, parked=parked)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision depends on but the lines: the settings, and what holds a slot.

    `month` is the UTC month it is made in, written 2026-11: budgets are a month's.
    """

    tiers: tuple[Tier, ...]
    policy: SchedulingPolicy
    state: SchedulerState
    held: tuple[Slot, ...]
    month: str

    @property
    def slots(self) -> int:
        return self.policy.slots(self.tiers)

    @property
    def free(self) -> int:
        """Never below zero, though limits may have been lowered under what runs."""
        return max(0, self.slots - len(self.held))

    def running(self, tier: str) -> int:
        return sum(slot.tier == tier for slot in self.held)

    def running_of(self, tenant_id: str) -> int:
        return sum(slot.tenant_id == tenant_id for slot in self.held)

    def next_number(self) -> int:
        """The lowest slot number nobody holds."""
        taken = {slot.number for slot in self.held}
        return next(number for number in range(len(taken) + 1) if number not in taken)


@dataclass(frozen=True, slots=True)
class Line:
    """The head of one tier's line as far as it was read; `complete` when nobody stands behind."""

    heads: tuple[Build, ...] = ()
    complete: bool = False

    def without(self, build: Build) -> "Line":
        rest = tuple(head for head in self.heads if head.build_id != build.build_id)
        return replace(self, heads=rest)


@dataclass(frozen=True, slots=True)
class Start:
    """The build takes a free slot."""

    build: Build
    number: int


@dataclass(frozen=True, slots=True)
class Look:
    """The tier is next, and its line has to be read further."""

    tier: Tier


@dataclass(frozen=True, slots=True)
class Park:
    """The build's tenant keeps it from starting, so it stands aside and the line goes on."""

    build: Build
    reason: str


@dataclass(frozen=True, slots=True)
class BringBack:
    """The tenant's parked builds may start again: this many of them return to their places."""

    tenant_id: str
    most: int


Decision = Start | Look | Park | BringBack | None


def decide(
    situation: Situation, lines: Mapping[str, Line], tenants: Mapping[str, Tenant]
) -> Decision:
    """The one thing to do next, or None when nothing is left to do.

    `lines` are by tier. `tenants` are those of the lines' heads and of the parked builds; who is
    missing there is not kept from starting: its start will say what is wrong.
    """
    if not situation.free:
        return None
    for tenant_id in situation.state.parked:
        room = _room_of(situation, tenants.get(tenant_id))
        if room:
            return BringBack(tenant_id, room)
    for tier in tiers_in_turn(situation):
        line = lines.get(tier.name, Line())
        if not line.heads:
            if not line.complete:
                return Look(tier)
            continue
        build = min(line.heads, key=lambda head: head.place)
        reason = _kept_from_starting(situation, tenants.get(build.tenant_id))
        return Park(build, reason) if reason else Start(build, situation.next_number())
    return None


def tiers_in_turn(situation: Situation) -> list[Tier]:
    """The tiers that may take the next free slot, whoever should have it first."""
    if not situation.free:
        return []
    below, beyond = [], []
    for tier in situation.tiers:
        running = situation.running(tier.name)
        if tier.paused or (tier.most_builds is not None and running >= tier.most_builds):
            continue
        if running < tier.max_concurrent_builds:
            below.append((running / tier.max_concurrent_builds, tier.rank, tier.name, tier))
        else:
            borrowed = running - tier.max_concurrent_builds + 1
            beyond.append((borrowed / tier.weight, tier.rank, tier.name, tier))
    may_lend = situation.policy.lending and situation.free > situation.policy.reserve
    return [entry[-1] for entry in (*sorted(below), *(sorted(beyond) if may_lend else ()))]


@dataclass(frozen=True, slots=True)
class Loan:
    """How many slots a tier has lent to others, and borrowed from them."""

    lent: int = 0
    borrowed: int = 0


def loans(situation: Situation) -> dict[str, Loan]:
    """Who has lent to whom, as numbers: what is borrowed is shared out over who has most idle."""
    borrowed = {
        tier.name: max(0, situation.running(tier.name) - tier.max_concurrent_builds)
        for tier in situation.tiers
    }
    idle = {
        tier.name: max(0, tier.max_concurrent_builds - situation.running(tier.name))
        for tier in situation.tiers
    }
    lent = dict.fromkeys(idle, 0)
    for _ in range(min(sum(borrowed.values()), sum(idle.values()))):
        lender = max(sorted(idle), key=lambda name: idle[name] - lent[name])
        lent[lender] += 1
    return {name: Loan(lent[name], borrowed[name]) for name in idle}


def _kept_from_starting(situation: Situation, tenant: Tenant | None) -> str | None:
    if tenant is None:
        return None
    running = situation.running_of(tenant.tenant_id)
    return tenant.kept_from_starting(running, month=situation.month)


def _room_of(situation: Situation, tenant: Tenant | None) -> int:
    """How many more builds the tenant may start; enough for every slot without a cap."""
    if tenant is None:
        return situation.slots
    running = situation.running_of(tenant.tenant_id)
    if tenant.kept_from_starting(running, month=situation.month) is not None:
        return 0
    cap = tenant.max_concurrent_builds
    return situation.slots if cap is None else cap - running


def claimed(situation: Situation, start: Start, *, at: datetime) -> tuple[Slot, Situation]:
    """The slot a start takes, and the situation after it."""
    build = start.build
    slot = Slot(start.number, build.tier, build.tenant_id, build.build_id, claimed_at=at)
    return slot, replace(
        situation, state=situation.state.started(build), held=(*situation.held, slot)
    )


def lines_of(tiers: Sequence[Tier], ahead: Sequence[Build], *, complete: bool) -> dict[str, Line]:
    """What a look at the beginning of all lines tells of each; `complete` if it saw their end.

    Lines stand one behind the other by the tiers' ranks, and who stands aside behind them all. So
    whoever was seen last, no line before its own has more.
    """
    in_line = [build for build in ahead if build.parked is None]
    if len(in_line) < len(ahead):
        complete = True
    last = in_line[-1].place if in_line else ""

    def passed(tier: Tier) -> bool:
        beginning = line_of(tier.name, tier.rank)
        return beginning < last and not last.startswith(beginning)

    return {
        tier.name: Line(
            tuple(build for build in in_line if build.tier == tier.name),
            complete=complete or passed(tier),
        )
        for tier in tiers
    }
