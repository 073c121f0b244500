"""Responsible for what every page shares: the cloud's context, the clock, the reader's zone."""

from datetime import UTC, datetime, tzinfo

import streamlit as st

from backend.context import Context
from portal import format as show
from portal.charts import Palette


@st.cache_resource(show_spinner=False)
def context() -> Context:
    """One context for all sessions: credentials are assumed by tenant, never by session."""
    return Context.from_environment()


def now() -> datetime:
    return datetime.now(UTC)


def zone() -> tzinfo:
    """The reader's time zone as the browser tells it, UTC until it has."""
    return show.zone_of(st.context.timezone)


def palette() -> Palette:
    return Palette(
        series=tuple(st.get_option("theme.chartCategoricalColors")),
        neutral=st.get_option("theme.grayColor"),
        bad=st.get_option("theme.light.redColor"),
    )
