"""Responsible for word of what has been done, told once even if the page changes meanwhile."""

import streamlit as st

from portal import format as show

_PENDING = "pending-notices"


def tell(sentence: str) -> None:
    """Shows a toast with the next run."""
    st.session_state.setdefault(_PENDING, []).append(sentence)


def show_pending() -> None:
    for sentence in st.session_state.pop(_PENDING, []):
        st.toast(show.plain(sentence), icon=":material/check_circle:")
