"""Responsible for word of what has been done or refused, told once even if the page changes."""

import streamlit as st

from portal import format as show

_PENDING = "pending-notices"
_DONE, _REFUSED = ":material/check_circle:", ":material/error:"


def tell(sentence: str) -> None:
    """Shows a toast with the next run, of the page or of a live part of it."""
    _pending().append((sentence, _DONE))


def tell_refusal(sentence: str) -> None:
    """Like `tell`, for what could not be done: it stays until the reader has put it away."""
    _pending().append((sentence, _REFUSED))


def show_pending() -> None:
    for sentence, icon in st.session_state.pop(_PENDING, []):
        st.toast(
            show.plain(sentence), icon=icon, duration="infinite" if icon == _REFUSED else "short"
        )


def _pending() -> list[tuple[str, str]]:
    pending: list[tuple[str, str]] = st.session_state.setdefault(_PENDING, [])
    return pending
