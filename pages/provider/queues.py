"""Responsible for the tiers' lines as they move, and for setting right what waits or runs."""

from datetime import timedelta

import streamlit as st

from backend.domain.principal import Role
from portal import auth, interventions, line_card, looks, queue_card, session, tables
from portal import format as show
from portal.refusals import live

KEPT = 450  # boards of one session: a quarter of an hour
FEW, MORE = 4, 12  # heads shown of each tier, and of the one chosen
me = auth.require(Role.PROVIDER)
st.title("Queues")


@live(every=timedelta(seconds=2))
def lines() -> None:
    board = looks.board(me, me.role)
    seen = st.session_state["boards"] = [*st.session_state.get("boards", []), board][-KEPT:]
    started = {waits.tier: waits for waits in looks.history(me, me.role).tiers}
    refreshed = show.when(board.seen_at, session.zone(), now=board.seen_at)
    st.markdown(f"{queue_card.capacity(board)} :gray[· refreshed {refreshed}, every 2 seconds]")
    with st.grid(3, gap="small", min_column_width=280):
        for line in board.lines:
            with st.container(border=True, height="stretch"):
                interventions.tier_headline(me, line.tier)
                queue_card.slots(line)
                queue_card.figures(line, started.get(line.tier.name))
    queue_card.moving(seen)


@live(every=timedelta(seconds=2))
def builds() -> None:
    by_name = {line.tier.name: line for line in looks.board(me, me.role).lines}
    tiers, names = [line.tier for line in by_name.values()], list(by_name)
    chosen = st.segmented_control(
        "Builds of one tier", names, key="tier", bind="query-params", format_func=str.capitalize
    )
    shown, limit = ((chosen,), MORE) if chosen else (tuple(names), FEW)
    heads, told = looks.heads(me, me.role, tiers, shown, limit)
    now = session.now()
    for name in shown:
        with st.container(border=True, gap="xsmall"):
            st.markdown(queue_card.in_line(by_name[name]))
            line_card.waiting(me, heads[name], told, now=now)
    held = [build for build in looks.running(me, me.role) if build.tier in shown]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**Running** :gray[· {show.counted(len(held), 'build')}]")
        line_card.running(me, held, now=now)


@live(every=timedelta(seconds=10))
def past() -> None:
    history = looks.history(me, me.role)
    queue_card.waits(history.tiers)
    if not history.complete:
        st.caption("There were too many builds to look at all: the oldest hours lack some.")
    with st.container(horizontal=True, vertical_alignment="center"):
        last = looks.last_sweep(me, me.role)
        st.markdown(f":gray[{queue_card.swept(last)}]")
        interventions.sweep_now(me, last)
    recent = st.expander(
        "Recent changes", key="changes", icon=":material/history:", on_change="rerun"
    )
    if recent.open:
        recent.dataframe(
            tables.changes(looks.changes(me, me.role)),
            hide_index=True,
            height="content",
            column_config=tables.change_columns(),
            alt="What the provider's people have changed lately",
        )


lines()
builds()
past()
