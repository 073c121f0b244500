"""Responsible for names and ids a person may want to copy: each with a button that does."""

from collections.abc import Mapping

import streamlit as st


def copyable(named: Mapping[str, str]) -> None:
    """Two beside each other where there is room; what is empty is left out."""
    with st.grid(2, gap=("xsmall", "small"), min_column_width=300):
        for label, value in named.items():
            if value:
                with st.container(gap="xxsmall"):
                    st.caption(label)
                    st.code(value, language=None, wrap_lines=True)
