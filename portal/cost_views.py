"""Responsible for reading cost once for each sync, however many look: bounded, and by role."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import streamlit as st

from backend import cost
from backend.cost import CostReading
from backend.domain.allocation import Sharing
from backend.domain.cost import Measure
from backend.domain.cost_cube import CostCube
from backend.domain.cost_overview import Chosen, CostOverview, comparison_of, overview
from backend.domain.cost_series import complete_until
from backend.domain.principal import Principal
from portal import session

UNKNOWN_TIER = "Not in the registry"


@dataclass(frozen=True, slots=True)
class CostQuery:
    """What is looked at; `tiers` are by tenant. The table changes with a sync alone.

    With `beside`, the period before is read, too.
    """

    me: Principal
    synced_at: datetime | None
    since: date
    until: date
    measure: Measure = Measure.UNBLENDED
    choices: tuple[Sharing, ...] = ()
    tiers: Mapping[str, str] = field(default_factory=dict)
    chosen: Chosen = field(default_factory=Chosen)
    beside: bool = True

    def narrowed(self, chosen: Chosen) -> "CostQuery":
        return replace(self, chosen=chosen)

    @property
    def read(self) -> tuple[object, ...]:
        """What decides which rows are read."""
        whose = (self.me.role.value, self.me.tenant_id)
        return (*whose, self.synced_at, self.since, self.until, self.beside)

    @property
    def shown(self) -> tuple[object, ...]:
        """What decides what is made of them."""
        chosen = (self.chosen.tenants, self.chosen.services, self.chosen.tiers)
        narrowed = tuple(tuple(sorted(names)) for names in chosen)
        split = tuple((one.split.value, one.since, one.chosen_at) for one in self.choices)
        return (split, narrowed, tuple(sorted(self.tiers.items())))


def reading(query: CostQuery) -> CostReading:
    """The period, and the one before it, in whole months."""
    return _reading(query, query.read)


def cube(query: CostQuery) -> CostCube:
    """What was read, as numbers to add up."""
    return _cube(query, query.read, query.measure.value)


def view(query: CostQuery) -> CostOverview:
    """The period at a glance."""
    return _view(query, query.read, query.measure.value, query.shown)


@st.cache_resource(max_entries=8, show_spinner="Reading the costs…")
def _reading(_query: CostQuery, read: tuple[object, ...]) -> CostReading:
    since, until = _query.since, _query.until
    if _query.beside:
        since = comparison_of(since, until)
    return cost.read(session.context(), _query.me, since=since, until=until)


@st.cache_resource(max_entries=8, show_spinner=False)
def _cube(_query: CostQuery, read: tuple[object, ...], measure: str) -> CostCube:
    return reading(_query).cube(_query.measure)


@st.cache_resource(max_entries=32, show_spinner="Adding the costs up…")
def _view(
    _query: CostQuery, read: tuple[object, ...], measure: str, shown: tuple[object, ...]
) -> CostOverview:
    return overview(
        _cube(_query, read, measure),
        _query.since,
        _query.until,
        _query.choices,
        tier_of=lambda tenant_id: _query.tiers.get(tenant_id, UNKNOWN_TIER),
        chosen=_query.chosen,
        complete_until=_query.synced_at and complete_until(_query.synced_at),
    )
