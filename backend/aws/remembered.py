"""Responsible for what a warm process remembers of the settings, and for forgetting it in time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from backend.aws.policy_table import PolicyTable
from backend.aws.run_history import RunHistory
from backend.aws.tables import AlgorithmTable, TenantTable, TierTable
from backend.domain.algorithm import Algorithm
from backend.domain.durations import Run
from backend.domain.errors import NotFound
from backend.domain.scheduling import SchedulerState
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier

# Whoever changes a setting raises the state's settings_version in the same step; what somebody has
# changed past all this, by hand in the tables, is noticed so much later.
LASTS = timedelta(hours=6)
RUNS_LAST = timedelta(minutes=5)
RUNS_SINCE = timedelta(days=30)


class Remembered:
    """Settings read once for each settings_version, and past builds every few minutes."""

    def __init__(
        self,
        tiers: TierTable,
        policy: PolicyTable,
        tenants: TenantTable,
        algorithms: AlgorithmTable,
        runs: RunHistory,
    ) -> None:
        self._sources = (tiers, policy, tenants, algorithms, runs)
        self._version = -1
        self._read_at: datetime | None = None
        self._tiers: tuple[Tier, ...] = ()
        self._policy = SchedulingPolicy()
        self._tenants: dict[str, Tenant] = {}
        self._algorithms: dict[str, Algorithm] = {}
        self._runs: tuple[datetime, list[Run]] | None = None

    def settings(
        self, state: SchedulerState, *, now: datetime
    ) -> tuple[tuple[Tier, ...], SchedulingPolicy]:
        """Tiers and policy as they were when the state was read, or since."""
        fresh = self._read_at is not None and abs(now - self._read_at) < LASTS
        if not fresh or state.settings_version != self._version:
            tiers, policy, *_ = self._sources
            self._tenants, self._algorithms = {}, {}
            self._tiers, self._policy = tuple(tiers.all()), policy.get()
            self._version, self._read_at = state.settings_version, now
        return self._tiers, self._policy

    def tier(self, name: str) -> Tier:
        """One of the tiers last read; NotFound for any other."""
        for tier in self._tiers:
            if tier.name == name:
                return tier
        raise NotFound(f"There is no tier {name!r} any more: move its builds to another.")

    def tenants(self, tenant_ids: Collection[str]) -> dict[str, Tenant]:
        """Those of the tenants that there are; their finish tags are not kept up."""
        known = self._tenants  # another thread may begin a new one
        missing = set(tenant_ids) - known.keys()
        if missing:
            known.update(self._sources[2].many(missing))
        return {name: known[name] for name in tenant_ids if name in known}

    def algorithm(self, name: str) -> Algorithm:
        known = self._algorithms
        if name not in known:
            known[name] = self._sources[3].get(name)
        return known[name]

    def runs(self, *, now: datetime) -> list[Run]:
        """The last month's builds, the newest first, as they were some minutes ago at most."""
        kept = self._runs
        if kept is None or abs(now - kept[0]) >= RUNS_LAST:
            self._runs = kept = (now, self._sources[4].since(now - RUNS_SINCE))
        return kept[1]
