"""Responsible for drawing how far each cost allocation tag is, and what there is to do about it."""

from datetime import datetime

import streamlit as st

from backend.domain.cost_tag import CostTags, TagStatus
from portal import format as show
from portal import words

NOT_YET = "AWS has not been asked for these keys yet: the next sync of costs does so."


def warn(noted: CostTags) -> None:
    """Only what is not as it should be: cost is not found by these keys."""
    waiting = [tag for tag in noted.tags if tag.status is not TagStatus.ACTIVE]
    if waiting or noted.refused:
        keys = ", ".join(f"{tag.key} ({words.TAG[tag.status].word.lower()})" for tag in waiting)
        st.warning(
            f"Cost allocation tags not in force: {show.plain(keys or 'AWS refused to tell')}. No "
            "cost is found by them; what there is to do stands at the foot of the page.",
            icon=":material/label_off:",
        )


def draw(noted: CostTags, *, now: datetime) -> None:
    """One line a key, what AWS has refused above them, and when all that was read."""
    with st.container(border=True, gap="xsmall"):
        read = "" if noted.read_at is None else f" :gray[· read {show.ago(noted.read_at, now=now)}]"
        st.markdown(f"**Cost allocation tags**{read}")
        if noted.refused:
            st.warning(show.plain(noted.refused), icon=":material/block:")
        elif not noted.tags:
            st.caption(NOT_YET)
        for tag in noted.tags:
            st.markdown(f"{words.TAG[tag.status].badge} `{tag.key}` :small[{tag.status.meaning}]")
