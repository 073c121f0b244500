"""Responsible for what a tenant's people may do to their build, as long as it makes sense."""

import streamlit as st

from backend import build_actions
from backend.domain.build import HOLDS_SLOT, RETRIED, Build, BuildState
from backend.domain.principal import Principal
from portal import actions, places, session
from portal import format as show
from portal.refusals import dialog, refusals_as_sentences


def buttons(me: Principal, build: Build, again: Build | None) -> None:
    """Cancel what waits, stop what runs, try again what failed and has not been tried again."""
    if build.state is BuildState.WAITING:
        actions.action(
            "Cancel",
            lambda: build_actions.cancel(session.context(), me, build.build_id, now=session.now()),
            key=f"cancel-{build.build_id}",
            seen=build.state,
            told=f"{build.upload.file_name} is cancelled.",
            icon=":material/close:",
        )
    elif build.state in HOLDS_SLOT and build.stop_requested_at is None:
        if st.button("Stop…", key=f"stop-{build.build_id}", icon=":material/stop_circle:"):
            _stop(me, build)
    elif build.state in RETRIED and again is None:
        _try_again(me, build)


@dialog("Stop the build?")
def _stop(me: Principal, build: Build) -> None:
    name = show.plain(build.upload.file_name)
    st.markdown(f"**{name}** ends unfinished; what it has done so far is lost.")
    if actions.action(
        "Stop it",
        lambda: build_actions.stop(session.context(), me, build.build_id, now=session.now()),
        key=f"stop-it-{build.build_id}",
        seen=build.state,
        told=f"{build.upload.file_name} is being stopped.",
        type="primary",
    ):
        st.rerun()


def _try_again(me: Principal, build: Build) -> None:
    with refusals_as_sentences():
        if st.button("Try again", key=f"again-{build.build_id}", icon=":material/replay:"):
            again = build_actions.retry(session.context(), me, build.build_id, now=session.now())
            places.go(places.BUILD, id=again.build_id)
