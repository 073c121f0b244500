"""Responsible for starting waiting builds while there are free slots for them."""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from backend.aws.scheduling_table import Claim
from backend.context import Context
from backend.domain.build import Build
from backend.domain.errors import Conflict, Unavailable
from backend.domain.scheduling import (
    BringBack,
    Line,
    Look,
    Park,
    Situation,
    Start,
    claimed,
    decide,
    lines_of,
)
from backend.domain.tenant import Tenant
from backend.setbacks import Setbacks
from backend.situation import situation_of
from backend.starting import resume, start

LOG = logging.getLogger(__name__)

# A look at the whole line reads as many rows for each free slot, enough for every tier's head.
_ROWS_PER_SLOT = 3
# A start that is still under way is left alone so long.
_CUT_OFF_AFTER = timedelta(seconds=10)
# Many builds of a paused tenant are parked by several dispatches, one after the other; and who
# always loses against other dispatches leaves it to them.
_MOST_FRUITLESS = 25
# A new build may show in the index a moment late.
_INDEX_LAGS = (0.1, 0.3, 0.9)


def dispatch(
    context: Context,
    *,
    now: datetime,
    arrived: Collection[str] = (),
    freed: bool = False,
    wait: Callable[[float], None] = time.sleep,
) -> list[Build]:
    """Starts what may start now and returns those builds; safe to run many times at once.

    `arrived` are the ids of builds that have just joined the line, `freed` says that a slot has
    just been freed; both only save reads. Stops early, with what it has started, when SageMaker
    is busy. A start that crashes keeps its slot; its crash flies when the others are started.
    """
    this = _Round(context, now)
    if freed and not this.anybody_waits():
        return []
    try:
        this.read_situation()
        this.take_up_cut_off_starts()
        this.act()
        for seconds in _INDEX_LAGS:
            if not this.has_missed(arrived):
                break
            wait(seconds)
            this.read_situation()
            this.act()
    except Unavailable as busy:
        LOG.warning("starts postponed: %s", busy)
    this.setbacks.fly()
    return this.started


class _Round:
    """What one dispatch knows, which grows as it looks, and what it has started."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._context, self._now = context, now
        self._situation: Situation
        self._lines: dict[str, Line] = {}
        self._glance: list[Build] | None = None
        self._seen: set[str] = set()
        self._gone: set[str] = set()
        self._fruitless = 0
        self.started: list[Build] = []
        self.setbacks = Setbacks()

    def anybody_waits(self) -> bool:
        """Whether anybody stands in a line, or aside."""
        self._glance = self._context.builds.waiting(limit=_ROWS_PER_SLOT)
        return bool(self._glance)

    def read_situation(self) -> None:
        self._situation = situation_of(self._context, now=self._now)
        self._lines = {}
        if self._glance is not None:
            self._learn(self._glance, _ROWS_PER_SLOT)
            self._glance = None

    def has_missed(self, arrived: Collection[str]) -> bool:
        """Whether there is room, and the index has not shown some of the new builds yet."""
        held = {slot.build_id for slot in self._situation.held}
        return self._situation.free > 0 and not {*arrived} <= self._seen | held

    def take_up_cut_off_starts(self) -> None:
        cut_off = [
            slot
            for slot in self._situation.held
            if not slot.execution_arn and self._now - slot.claimed_at >= _CUT_OFF_AFTER
        ]
        for slot in cut_off:
            with self.setbacks.serving(slot.tenant_id, slot.build_id):
                resume(self._context, slot, now=self._now)
        if cut_off:
            self._situation = situation_of(self._context, now=self._now)

    def act(self) -> None:
        """Carries out one decision after the other until none is left."""
        while self._fruitless < _MOST_FRUITLESS:
            decision = decide(self._situation, self._lines, self._tenants())
            match decision:
                case None:
                    return
                case Look():
                    self._look(decision)
                case Start():
                    self._start(decision)
                case Park():
                    self._park(decision)
                case BringBack():
                    self._bring_back(decision)
        self._context.functions.invoke_dispatch()

    def _tenants(self) -> dict[str, Tenant]:
        heads = {head.tenant_id for line in self._lines.values() for head in line.heads}
        return self._context.remembered.tenants({*heads, *self._situation.state.parked})

    def _look(self, look: Look) -> None:
        """The first look is at all lines, as most are empty; a further one at one tier's."""
        if not self._lines:
            limit = _ROWS_PER_SLOT * self._situation.free
            self._learn(self._context.builds.waiting(limit=limit), limit)
            return
        # The index may still show some that are gone.
        limit = self._situation.free + len(self._gone)
        heads = self._context.builds.waiting_of(look.tier, limit=limit)
        self._lines[look.tier.name] = Line(self._present(heads), complete=len(heads) < limit)

    def _learn(self, ahead: Sequence[Build], limit: int) -> None:
        complete = len(ahead) < limit
        self._lines = lines_of(self._situation.tiers, self._present(ahead), complete=complete)

    def _present(self, heads: Sequence[Build]) -> tuple[Build, ...]:
        self._seen |= {head.build_id for head in heads}
        return tuple(head for head in heads if head.build_id not in self._gone)

    def _start(self, decision: Start) -> None:
        slot, after = claimed(self._situation, decision, at=self._now)
        outcome = self._context.scheduling.claim(self._situation.state, slot, decision.build)
        if not self._carried_out(outcome, decision.build):
            return
        self._situation = after
        with self.setbacks.serving(slot.tenant_id, slot.build_id):
            build = start(self._context, slot, decision.build.starting(slot.number), now=self._now)
            if build.state.is_final:
                self._situation = situation_of(self._context, now=self._now)
            else:
                self.started.append(build)

    def _park(self, decision: Park) -> None:
        state = self._situation.state
        outcome = self._context.scheduling.park(state, decision.build, decision.reason)
        self._fruitless += 1
        if self._carried_out(outcome, decision.build):
            LOG.info(
                "tenant_id=%s build_id=%s parked: %s",
                decision.build.tenant_id,
                decision.build.build_id,
                decision.reason,
            )
            state = state.with_parked(decision.build.tenant_id)
            self._situation = replace(self._situation, state=state)

    def _bring_back(self, decision: BringBack) -> None:
        """Back in their places; the tenant's name stays noted while more may stand aside."""
        tenant_id = decision.tenant_id
        aside = self._context.builds.parked_of(tenant_id, limit=decision.most)
        for build in aside:
            with suppress(Conflict):
                self._context.builds.move(build, build.back_in_line())
        state = self._situation.state
        if len(aside) < decision.most:
            outcome = self._context.scheduling.none_parked(state, tenant_id)
            if outcome is Claim.STATE_MOVED:
                self._situation = situation_of(self._context, now=self._now)
                return
            state = state.without_parked(tenant_id)
        else:
            noted = tuple(name for name in state.parked if name != tenant_id)
            state = replace(state, parked=noted)
        self._gone -= {build.build_id for build in aside}
        self._lines = {}
        self._situation = replace(self._situation, state=state)

    def _carried_out(self, outcome: Claim, build: Build) -> bool:
        """Whether it was; if not, what is known of the build or the situation was out of date."""
        if outcome is not Claim.DONE:
            self._fruitless += 1
        if outcome is Claim.STATE_MOVED:
            self._situation = situation_of(self._context, now=self._now)
            return False
        self._gone.add(build.build_id)
        self._lines[build.tier] = self._lines[build.tier].without(build)
        return outcome is Claim.DONE
