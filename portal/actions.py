"""Responsible for buttons that do something: once for what was seen, and told whatever came."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from backend.domain.errors import BackendError
from portal import notices

_SEEN = "acted-on"
Do = Callable[[], Any]
# What to say once it is done, or how to say it of what was done.
Told = str | Callable[[Any], str]


def action(label: str, do: Do, *, key: str, seen: object, told: Told, **look: Any) -> bool:
    """A button; True in the run that follows its press, in which the page shows what it did.

    `seen` is the state the reader acts on: pressed again before the page has shown another one,
    the button does nothing, so that a double click is one. A refusal becomes a notice: the page,
    or the live part of it, stands as it would without the press.
    """
    acted: dict[str, object] = st.session_state.setdefault(_SEEN, {})
    if key in acted and acted[key] != seen:
        del acted[key]
    return st.button(label, key=key, on_click=press, args=(key, seen, do, told), **look)


def press(key: str, seen: object, do: Do, told: Told) -> None:
    """Does it, unless that has been done for what was seen; Streamlit calls this for a press."""
    acted: dict[str, object] = st.session_state.setdefault(_SEEN, {})
    if key in acted and acted[key] == seen:
        return
    try:
        done = do()
    except BackendError as refusal:
        notices.tell_refusal(str(refusal))
    else:
        acted[key] = seen
        notices.tell(told if isinstance(told, str) else told(done))
