"""Responsible for the provider's looks at the lines: one answer for all who are looking.

A page open on many screens asks AWS no more often; what somebody does here is seen at once.
"""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from backend import audit, queues, sweep, tier_builds, waiting
from backend.domain.audit import AuditEntry
from backend.domain.build import Build
from backend.domain.explanation import Explanation
from backend.domain.principal import Principal, Role
from backend.domain.sweep_report import SweepReport
from backend.domain.tier import Tier
from backend.queues import QueueBoard, WaitHistory
from portal import session

RUNNING_SHOWN = 100
Heads = dict[str, list[Build]]


@st.cache_data(ttl=timedelta(seconds=1), max_entries=4, show_spinner=False)
def board(_principal: Principal, role: Role) -> QueueBoard:
    return queues.board(session.context(), _principal, now=session.now())


@st.cache_data(ttl=timedelta(seconds=2), max_entries=16, show_spinner=False)
def heads(
    _principal: Principal, role: Role, _tiers: Sequence[Tier], names: tuple[str, ...], limit: int
) -> tuple[Heads, dict[str, Explanation]]:
    """Who waits in the named tiers, and why."""
    chosen = [tier for tier in _tiers if tier.name in names]
    found = tier_builds.heads(session.context(), _principal, chosen, limit=limit)
    everyone = [build for builds in found.values() for build in builds]
    return found, waiting.explain(session.context(), _principal, everyone, now=session.now())


@st.cache_data(ttl=timedelta(seconds=2), max_entries=4, show_spinner=False)
def running(_principal: Principal, role: Role) -> list[Build]:
    return tier_builds.running(session.context(), _principal, limit=RUNNING_SHOWN)


@st.cache_data(ttl=timedelta(seconds=30), max_entries=4, show_spinner=False)
def history(_principal: Principal, role: Role) -> WaitHistory:
    return queues.history(session.context(), _principal, now=session.now())


@st.cache_data(ttl=timedelta(seconds=5), max_entries=4, show_spinner=False)
def last_sweep(_principal: Principal, role: Role) -> SweepReport | None:
    return sweep.last_sweep(session.context(), _principal)


@st.cache_data(ttl=timedelta(seconds=5), max_entries=4, show_spinner=False)
def changes(_principal: Principal, role: Role) -> list[AuditEntry]:
    return audit.latest(session.context(), _principal, now=session.now())


def forget() -> None:
    """The next look is a new one; the waits of a day are not changed by what one does now."""
    for look in (board, heads, running, last_sweep, changes):
        look.clear()
