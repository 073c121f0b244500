"""Responsible for what a warm function keeps between invocations: its context and its log."""

import functools
import logging

from backend.context import Context


@functools.cache
def context() -> Context:
    """The function's own cloud, made by its first invocation."""
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("backend").setLevel(logging.INFO)
    return Context.from_environment()
