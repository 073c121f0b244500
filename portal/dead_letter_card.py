"""Responsible for drawing a tier's dead letters, and for the choice among them."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from backend.domain.dead_letter import DeadLetter
from portal import format as show
from portal import session


def choice(letters: Sequence[DeadLetter], *, now: datetime) -> list[str]:
    """Draws each with a box to tick; returns the ids of those ticked."""
    everyone = st.checkbox(f"All {len(letters)}", key="all-letters") if len(letters) > 1 else False
    chosen = []
    for letter in letters:
        with st.container(border=True, gap="xsmall"):
            ticked = st.checkbox(
                f"**{show.plain(letter.file or 'No file named')}** :gray[{_whose(letter)}]",
                key=f"letter-{letter.message_id}",
                disabled=everyone,
            )
            st.markdown(show.plain(letter.reason))
            sent = show.when(letter.sent_at, session.zone(), now=now)
            taken = show.counted(letter.received_count, "time")
            st.caption(f"Sent {sent} · taken up {taken}")
            with st.expander("Message", icon=":material/data_object:"):
                st.code(letter.body, language="json", wrap_lines=True)
        if ticked or everyone:
            chosen.append(letter.message_id)
    return chosen


def _whose(letter: DeadLetter) -> str:
    return show.plain(letter.tenant_id) if letter.tenant_id else "no tenant"
