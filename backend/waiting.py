"""Responsible for telling who waits where its builds stand, what limits them, when they start."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, islice, repeat
from statistics import fmean

from backend.context import Context
from backend.domain.build import HOLDS_SLOT, Build, BuildState
from backend.domain.choices import DEFAULT_ALGORITHM
from backend.domain.durations import Expectation, Run, expected
from backend.domain.errors import Forbidden
from backend.domain.explanation import Explanation, explained
from backend.domain.forecast import Opening, starts, tenant_openings, tier_openings
from backend.domain.principal import Principal, Role
from backend.domain.scheduling import Situation
from backend.domain.tenant import Tenant
from backend.domain.tier import MIB, Tier
from backend.situation import situation_of

# So many builds at the head of a line count by their own size, those behind as their mean.
LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class _View:
    """What every explanation of one moment is made from; `running` is by build id."""

    situation: Situation
    tenants: dict[str, Tenant]
    running: dict[str, Expectation]
    expect: Callable[[Build], Expectation]
    to_itself: bool
    now: datetime


def explain(
    context: Context, principal: Principal, builds: Sequence[Build], *, now: datetime
) -> dict[str, Explanation]:
    """An explanation for each of the builds that waits, by build id.

    The builds are some the principal was allowed to see; Forbidden for another tenant's. What
    stands before them is read with the portal's rights, and told as numbers alone.
    """
    _refuse_foreign(principal, builds)
    waiting = [build for build in builds if build.state is BuildState.WAITING]
    if not waiting:
        return {}
    waiting.sort(key=lambda build: build.place)
    view = _view(context, waiting, to_itself=principal.role is Role.TENANT, now=now)
    by_cap = {
        build_id: opening
        for tenant in view.tenants.values()
        for build_id, opening in _by_cap(view, tenant, waiting)
    }
    return {
        build_id: explanation
        for tier in view.situation.tiers
        for build_id, explanation in _of_tier(context, view, tier, waiting, by_cap)
    }


def _refuse_foreign(principal: Principal, builds: Iterable[Build]) -> None:
    if principal.role is not Role.TENANT:
        principal.as_provider()
        return
    tenant_id = principal.own_tenant()
    if any(build.tenant_id != tenant_id for build in builds):
        raise Forbidden(
            f"{principal.name} acts for tenant {tenant_id!r} and may ask about its builds alone."
        )


def _view(context: Context, waiting: Sequence[Build], *, to_itself: bool, now: datetime) -> _View:
    situation = situation_of(context, now=now)
    runs = context.remembered.runs(now=now)
    expect = _expecting(runs)
    usual = expected(runs, size=MIB, algorithm=DEFAULT_ALGORITHM, tuned=False)
    return _View(
        situation,
        context.remembered.tenants({build.tenant_id for build in waiting}),
        _running(context, situation, expect, usual),
        expect,
        to_itself,
        now,
    )


def _expecting(runs: Sequence[Run]) -> Callable[[Build], Expectation]:
    """What is expected of a build; sizes between two powers of two share one answer."""

    @cache
    def of_kind(algorithm: str, power: int, *, tuned: bool) -> Expectation:
        return expected(runs, size=3 * 2**power // 4, algorithm=algorithm, tuned=tuned)

    return lambda build: of_kind(
        build.choices.algorithm, build.upload.size.bit_length(), tuned=build.choices.tuned
    )


def _running(
    context: Context,
    situation: Situation,
    expect: Callable[[Build], Expectation],
    usual: Expectation,
) -> dict[str, Expectation]:
    """What is expected of each slot's build; the usual of one the index does not show yet."""
    if not situation.held:
        return {}
    shown = {
        build.build_id: expect(build)
        for state in HOLDS_SLOT
        for build in context.builds.of_state(state, limit=len(situation.held))
    }
    return {slot.build_id: shown.get(slot.build_id, usual) for slot in situation.held}


def _by_cap(view: _View, tenant: Tenant, waiting: Sequence[Build]) -> Iterator[tuple[str, Opening]]:
    """When the tenant's cap lets each of its builds start, if it has one."""
    cap = tenant.max_concurrent_builds
    if cap is None:
        return
    mine = [build for build in waiting if build.tenant_id == tenant.tenant_id]
    openings = tenant_openings(view.situation, tenant, cap, view.running, now=view.now)
    for build, opening in zip(mine, starts(openings, map(view.expect, mine)), strict=False):
        yield build.build_id, opening


def _of_tier(
    context: Context,
    view: _View,
    tier: Tier,
    waiting: Sequence[Build],
    by_cap: dict[str, Opening],
) -> Iterator[tuple[str, Explanation]]:
    mine = [build for build in waiting if build.tier == tier.name]
    if not mine:
        return
    heads = context.builds.waiting_of(tier, limit=LOOKED_AT)
    positions = _positions(context, mine, heads)
    openings = tier_openings(view.situation, tier, view.running, now=view.now)
    line = _line([view.expect(build) for build in heads or mine])
    by_tier = list(islice(starts(openings, line), max(positions.values())))
    for build in mine:
        position = positions[build.build_id]
        yield (
            build.build_id,
            explained(
                view.situation,
                tier,
                view.tenants.get(build.tenant_id),
                position=position,
                by_tier=by_tier[position - 1] if by_tier else None,
                by_cap=by_cap.get(build.build_id),
                to_itself=view.to_itself,
                now=view.now,
            ),
        )


def _positions(context: Context, builds: Sequence[Build], heads: Sequence[Build]) -> dict[str, int]:
    """1 for who is next; who stands aside counts as if it were in line, before its tenant's own.

    As many rows are read as there are places up to the last build, however many are asked about.
    """
    places = [head.place for head in heads]
    last = builds[-1].place
    if len(heads) == LOOKED_AT and last > places[-1]:
        read = context.builds.places_between(places[-1], last)
        places += [place for place in read if place > heads[-1].place]
    aside: Counter[str] = Counter()
    positions = {}
    for build in builds:
        positions[build.build_id] = bisect_left(places, build.place) + aside[build.tenant_id] + 1
        aside[build.tenant_id] += build.parked is not None
    return positions


def _line(heads: Sequence[Expectation]) -> Iterator[Expectation]:
    """What is expected of each build of a line, however long it is."""
    mean = fmean(head.seconds for head in heads)
    basis = f"from the first {len(heads)} builds in line"
    return chain(heads, repeat(Expectation(mean, mean / 2, mean * 2, len(heads), basis)))
