"""Responsible for showing what the backend refuses: a sentence, never a traceback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

import streamlit as st

from backend.domain.errors import BackendError
from portal import format as show
from portal import notices

P = ParamSpec("P")


@contextmanager
def refusals_as_sentences() -> Iterator[None]:
    """Shows a refusal in place; anything else is a bug, flies on and looks like one."""
    try:
        yield
    except BackendError as refusal:
        st.error(show.plain(str(refusal)), icon=":material/error:")


def dialog(title: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A dialog; like every fragment it runs by itself, so its refusals are shown in it."""

    def decorate(body: Callable[P, None]) -> Callable[P, None]:
        @st.dialog(title)
        @wraps(body)
        def shown(*args: P.args, **named: P.kwargs) -> None:
            with refusals_as_sentences():
                body(*args, **named)

        return shown

    return decorate


def live(every: timedelta | None) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """A part of a page that refreshes by itself.

    A fragment's own runs bypass the entrypoint, so its refusals and notices are shown here.
    """

    def decorate(part: Callable[[], None]) -> Callable[[], None]:
        @st.fragment(run_every=every)
        @wraps(part)
        def shown() -> None:
            notices.show_pending()
            with refusals_as_sentences():
                part()

        return shown

    return decorate
