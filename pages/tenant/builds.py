"""Responsible for the tenant's builds: the newest first, alive while any is in the making."""

from datetime import timedelta

import streamlit as st

from backend import builds, waiting
from backend.domain.build import BuildState
from backend.domain.principal import Role
from portal import auth, places, session, tables
from portal import format as show
from portal.refusals import live

me = auth.require(Role.TENANT)
st.title("Builds")
states = st.multiselect(
    "States",
    list(BuildState),
    format_func=str,
    key="state",
    bind="query-params",
    placeholder="All states",
    label_visibility="collapsed",
    width=420,
)


@live(every=timedelta(seconds=2))
def listing() -> None:
    now = session.now()
    found = builds.list_builds(session.context(), me)
    shown = [build for build in found if not states or build.state in states]
    if build_id := tables.pressed("open-build"):
        places.go(places.BUILD, id=build_id)
    if not found:
        st.info("No builds yet. Upload a file and the first one starts by itself.")
        st.page_link(places.UPLOAD.page(), label="Upload a file", icon=":material/upload:")
        return
    if not shown:
        st.info("No builds match this filter: choose other states above.")
        return
    told = waiting.explain(session.context(), me, shown, now=now)
    tables.remember("open-build", [build.build_id for build in shown])
    st.dataframe(
        tables.builds(shown, told, now=now),
        hide_index=True,
        column_config=tables.build_columns(key="open-build"),
        key="builds",
        alt="Your builds, the newest first",
    )
    refreshed = show.when(now, session.zone(), now=now)
    st.caption(f"{show.counted(len(shown), 'build')} · refreshed {refreshed}, every 2 seconds")


listing()
