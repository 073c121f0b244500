"""Responsible for drawing builds one by one, as they wait in line and as they run."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

import streamlit as st

from backend.domain.build import Build
from backend.domain.explanation import Explanation
from backend.domain.principal import Principal
from portal import actions, interventions, words
from portal import format as show
from portal.refusals import dialog

_WIDTHS = (4, 9, 4)


def waiting(
    me: Principal, builds: Sequence[Build], told: Mapping[str, Explanation], *, now: datetime
) -> None:
    """The head of a line; what is done to a build is asked about first, as the line moves."""
    for build in builds:
        explanation = told.get(build.build_id)
        whose, why, doing = st.columns(_WIDTHS, gap="small", vertical_alignment="center")
        place = f"{explanation.position:,}. " if explanation else ""
        waited = show.duration(now - build.requested_at)
        whose.markdown(_whose(build, place, f"waited {waited}"))
        why.markdown(_why(build, explanation, now=now))
        with doing.container(horizontal=True, gap="small", horizontal_alignment="right"):
            first = explanation is not None and explanation.position == 1
            if (
                not first
                and build.parked is None
                and st.button(
                    "Move to front",
                    key=f"front-{build.build_id}",
                    icon=":material/vertical_align_top:",
                    type="tertiary",
                )
            ):
                _move_to_front(me, build)
            if st.button(
                "Cancel", key=f"cancel-{build.build_id}", icon=":material/close:", type="tertiary"
            ):
                _cancel(me, build)


def running(me: Principal, builds: Sequence[Build], *, now: datetime) -> None:
    for build in builds:
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            wrap=False,
        ):
            began = build.started_at
            since = f" :gray[for {show.duration(now - began)}]" if began else ""
            tenant = show.plain(build.tenant_id)
            st.markdown(
                f"**{show.plain(_file(build))}** :gray[{tenant} · {build.tier}]  \n"
                f"{words.look_of(build).badge}{since}"
            )
            if build.stop_requested_at is None and st.button(
                "Stop",
                key=f"stop-{build.build_id}",
                icon=":material/stop_circle:",
                type="tertiary",
            ):
                _stop(me, build)


@dialog("Move to the front?")
def _move_to_front(me: Principal, build: Build) -> None:
    st.markdown(
        f"{_named(build)} starts before all others that wait in the {build.tier} tier. "
        "This is written down with your name."
    )
    _confirm(
        "Move to the front",
        f"{_file(build)} is first in line now.",
        interventions.move_to_front,
        me,
        build,
    )


@dialog("Cancel a build?")
def _cancel(me: Principal, build: Build) -> None:
    st.markdown(f"{_named(build)} leaves the line and is not built. It can be tried again later.")
    _confirm("Cancel the build", f"{_file(build)} is cancelled.", interventions.cancel, me, build)


@dialog("Stop a build?")
def _stop(me: Principal, build: Build) -> None:
    st.markdown(f"{_named(build)} ends unfinished; what it has done so far is lost.")
    _confirm("Stop the build", f"{_file(build)} is being stopped.", interventions.stop, me, build)


def _confirm(
    label: str, told: str, do: Callable[[Principal, Build], None], me: Principal, build: Build
) -> None:
    """The press is meant for the build as the reader saw it."""
    if actions.action(
        label,
        partial(do, me, build),
        key=f"{label}-{build.build_id}",
        seen=(build.state, build.place),
        told=told,
        type="primary",
    ):
        st.rerun()


def _whose(build: Build, place: str, more: str) -> str:
    tenant = show.plain(build.tenant_id)
    return f"{show.plain(place)}**{show.plain(_file(build))}**  \n:gray[{tenant} · {more}]"


def _why(build: Build, told: Explanation | None, *, now: datetime) -> str:
    if told is None:
        return "Joining the line"
    if told.starts_at is None:
        return show.plain(told.reason)
    then = f"{words.start_of(told, now=now)} · {told.basis}"
    moved = " · :violet[moved to the front]" if build.moved_to_front_at else ""
    return f"{show.plain(told.reason)}{moved}  \n:gray[{show.plain(then)}]"


def _named(build: Build) -> str:
    return f"**{show.plain(_file(build))}** of **{show.plain(build.tenant_id)}**"


def _file(build: Build) -> str:
    return build.upload.file_name
