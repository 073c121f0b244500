"""Responsible for the tiers' lines as they move: waiting, running against the limit, given up."""

from datetime import timedelta

import streamlit as st

from backend import queues
from backend.domain.principal import Principal, Role
from backend.queues import QueueBoard
from portal import auth, charts, session
from portal import format as show
from portal.refusals import live

KEPT = 450  # boards of one session: a quarter of an hour
me = auth.require(Role.PROVIDER)


@st.cache_data(ttl=timedelta(seconds=1), max_entries=4, show_spinner=False)
def board_now(_principal: Principal, role: Role) -> QueueBoard:
    """One look for all who are looking: a page open on many screens asks AWS no more often."""
    return queues.board(session.context(), _principal, now=session.now())


st.title("Queues")


@live(every=timedelta(seconds=2))
def lines() -> None:
    board = board_now(me, me.role)
    seen = st.session_state["boards"] = [*st.session_state.get("boards", []), board][-KEPT:]
    with st.grid(3, gap="small", min_column_width=280):
        for line in board.lines:
            with st.container(border=True, height="stretch"):
                limit = line.tier.max_concurrent_builds
                st.markdown(f"#### {line.tier.name.capitalize()}")
                st.progress(
                    min(1.0, len(line.running) / limit),
                    text=f"{len(line.running)} of {limit} slots in use",
                )
                with st.container(horizontal=True):
                    st.metric("Waiting", line.waiting)
                    oldest = show.duration(line.oldest_wait) if line.oldest_wait else "none"
                    st.metric("Oldest wait", oldest)
                    st.metric("Intake", line.depth, help="Uploads not yet taken in")
                if line.dead_letters:
                    given_up = show.counted(line.dead_letters, "dead letter")
                    st.error(f"{given_up}: what intake could not take in.")
    left, right = st.columns(2, gap="small")
    for column, measure, title in (
        (left, "waiting", "Waiting builds"),
        (right, "running", "Running builds"),
    ):
        with column.container(border=True):
            st.markdown(f"**{title}** :gray[· by tier, since you opened this page]")
            st.plotly_chart(
                charts.queue_history(seen, measure, session.palette(), session.zone()),
                key=f"history-{measure}",
                config={"displayModeBar": False},
                alt=f"{title} by tier since the page was opened",
            )
    refreshed = show.when(board.seen_at, session.zone(), now=board.seen_at)
    st.caption(f"Refreshed {refreshed}, every 2 seconds")


lines()
