"""Responsible for drawing the tiers' lines: the capacity they share, and each tier at a glance."""

from collections.abc import Sequence

import streamlit as st

from backend.domain.sweep_report import SweepReport
from backend.domain.waits import TierWaits
from backend.queues import QueueBoard, TierLine
from portal import charts, places, session, slot_bar
from portal import format as show


def capacity(board: QueueBoard) -> str:
    """The slots all tiers share, in one line."""
    held = sum(len(line.running) for line in board.lines)
    policy = board.policy
    parts = [
        f"**{held} of {show.counted(board.slots, 'slot')} running, {board.free} free**",
        f"account limit {policy.account_limit}",
        f"lending {'on' if policy.lending else 'off'}",
    ]
    if policy.lending:
        parts.append(f"reserve {policy.reserve}")
    if board.half_started:
        parts.append(f":orange[{show.counted(board.half_started, 'start')} interrupted]")
    return " · ".join(parts)


def slots(line: TierLine) -> None:
    """Whose slots the tier uses, as a bar and in words."""
    with st.container(gap="xsmall"):
        st.html(slot_bar.drawn(line, session.palette()))
        st.caption(slot_bar.in_words(line))


def figures(line: TierLine, waits: TierWaits | None) -> None:
    """How long the line is and how fast it moves; then what is beside it."""
    oldest = show.duration(line.oldest_wait) if line.oldest_wait is not None else "none"
    started = show.number(waits.starts_last_hour) if waits else "none"
    with st.grid(2, gap="small", min_column_width=110):
        st.metric("Waiting", show.number(line.waiting))
        st.metric("Oldest wait", oldest)
        st.metric("Starts, last hour", started)
        st.metric("Intake", show.number(line.depth), help="Uploads that are not builds yet")
    if line.parked:
        st.caption(f"{line.parked:,} more stand aside, for their tenant's pause or cap.")
    if line.dead_letters and st.button(
        show.counted(line.dead_letters, "dead letter"),
        key=f"letters-{line.tier.name}",
        icon=":material/error:",
        help="What nobody could make a build of: see why, and redrive or discard it",
    ):
        places.go(places.DEAD_LETTERS, queue=line.tier.name)


def in_line(line: TierLine) -> str:
    """What a tier's builds are listed under."""
    aside = f", {line.parked:,} aside" if line.parked else ""
    return f"**Next in {line.tier.name}** :gray[· {line.waiting:,} in line{aside}]"


def moving(boards: Sequence[QueueBoard]) -> None:
    """What waits and what runs, since the reader opened the page."""
    left, right = st.columns(2, gap="small")
    for column, measure, title in (
        (left, "waiting", "Waiting builds"),
        (right, "running", "Running builds"),
    ):
        with column.container(border=True):
            st.markdown(f"**{title}** :gray[· by tier, since you opened this page]")
            st.plotly_chart(
                charts.queue_history(boards, measure, session.palette(), session.zone()),
                key=f"history-{measure}",
                config={"displayModeBar": False},
                alt=f"{title} by tier since the page was opened",
            )


def waits(found: Sequence[TierWaits]) -> None:
    with st.grid(3, gap="small", min_column_width=280):
        for tier in found:
            with st.container(border=True, height="stretch"):
                started = sum(bucket.started for bucket in tier.buckets)
                st.markdown(f"**Wait in {tier.tier}** :gray[· last 24 h, {started:,} started]")
                st.plotly_chart(
                    charts.waits(tier, session.palette(), session.zone()),
                    key=f"waits-{tier.tier}",
                    config={"displayModeBar": False},
                    alt=f"Median and 95th percentile of the wait in {tier.tier}, last 24 hours",
                )


def swept(report: SweepReport | None) -> str:
    """When the last sweep was, and what it has mended, in words."""
    if report is None:
        return "No sweep yet: one runs by itself every few minutes."
    told = f"Last sweep {show.ago(report.at, now=session.now())}: "
    told += f"{show.counted(report.slots, 'slot')} looked at, "
    mended = {
        "cut-off start resumed": report.resumed,
        "unseen end recorded": report.ended,
        "slot freed": report.released,
        "stop passed on": report.stopped,
        "tenant noted": report.noted,
        "postponed": report.postponed,
    }
    found = [f"{count:,} {what}" for what, count in mended.items() if count]
    return told + (", ".join(found) if found else "nothing to mend") + "."
