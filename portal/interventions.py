"""Responsible for what a provider does to lines and builds; each look after it is a new one."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from backend import build_actions, sweep, tenant_share, tier_settings
from backend.domain.build import Build
from backend.domain.principal import Principal
from backend.domain.sweep_report import SweepReport
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier
from portal import actions, looks, session, words


def cancel(me: Principal, build: Build) -> None:
    with _looking_anew():
        build_actions.cancel(
            session.context(), me, build.build_id, tenant_id=build.tenant_id, now=session.now()
        )


def stop(me: Principal, build: Build) -> None:
    with _looking_anew():
        build_actions.stop(
            session.context(), me, build.build_id, tenant_id=build.tenant_id, now=session.now()
        )


def move_to_front(me: Principal, build: Build) -> None:
    with _looking_anew():
        build_actions.move_to_front(
            session.context(), me, build.build_id, tenant_id=build.tenant_id, now=session.now()
        )


def sweep_now(me: Principal, last: SweepReport | None) -> None:
    """The button; pressed again before the page shows what came of it, it is one sweep."""

    def swept() -> None:
        with _looking_anew():
            sweep.sweep_now(session.context(), me, now=session.now())

    actions.action("Sweep now", swept, key="sweep", seen=last, told="Swept.", icon=":material/mop:")


def tier_headline(me: Principal, tier: Tier) -> None:
    """The tier's name, a pause that cannot be missed, and the button that turns it."""

    def turned() -> None:
        with _looking_anew():
            turn = tier_settings.resume_tier if tier.paused else tier_settings.pause_tier
            turn(session.context(), me, tier.name, now=session.now())

    name = tier.name.capitalize()
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"#### {name}{f' &nbsp; {words.PAUSED.badge}' if tier.paused else ''}")
        _pause_or_resume(f"tier-{tier.name}", name, turned, paused=tier.paused)
    if tier.paused:
        st.error("Nothing of this tier starts until it is resumed. What runs goes on.")


def pause_or_resume_tenant(me: Principal, tenant: Tenant) -> None:
    def turned() -> None:
        with _looking_anew():
            turn = tenant_share.resume_tenant if tenant.paused else tenant_share.pause_tenant
            turn(session.context(), me, tenant.tenant_id, now=session.now())

    _pause_or_resume(
        f"tenant-{tenant.tenant_id}", tenant.name, turned, paused=tenant.paused, what=" its builds"
    )


def _pause_or_resume(
    key: str, name: str, turned: actions.Do, *, paused: bool, what: str = ""
) -> None:
    actions.action(
        f"{'Resume' if paused else 'Pause'}{what}",
        turned,
        key=f"pause-{key}",
        seen=paused,
        told=f"{name} is {'resumed' if paused else 'paused'}.",
        icon=":material/play_arrow:" if paused else ":material/pause:",
        type="primary" if paused else "secondary",
    )


@contextmanager
def _looking_anew() -> Iterator[None]:
    """A refusal, too, says that the page had shown what is no longer so."""
    try:
        yield
    finally:
        looks.forget()
