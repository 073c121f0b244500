"""Responsible for showing what the backend refuses: a sentence, never a traceback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps

import streamlit as st

from backend.domain.errors import BackendError


@contextmanager
def refusals_as_sentences() -> Iterator[None]:
    """Shows a refusal in place; anything else is a bug, flies on and looks like one."""
    try:
        yield
    except BackendError as refusal:
        st.error(str(refusal), icon=":material/error:")


def live(every: timedelta | None) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """A part of a page that refreshes by itself.

    A fragment's own runs bypass the entrypoint, so its refusals are shown here.
    """

    def decorate(part: Callable[[], None]) -> Callable[[], None]:
        @st.fragment(run_every=every)
        @wraps(part)
        def shown() -> None:
            with refusals_as_sentences():
                part()

        return shown

    return decorate
