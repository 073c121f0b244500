"""Responsible for the tenant's first view: what needs attention, what is under way, what next."""

from datetime import timedelta

import streamlit as st

from backend import builds, models, tenants, waiting
from backend.domain.build import BuildState
from backend.domain.model_version import ApprovalStatus
from backend.domain.principal import Role
from portal import auth, budget_card, places, session, tables, words
from portal import format as show
from portal.refusals import live

me = auth.require(Role.TENANT)
context = session.context()
st.title("Home")
if not builds.list_builds(context, me, limit=1):
    with st.container(border=True):
        st.markdown(
            "#### Your first model in three steps\n"
            "1. **Upload** a CSV file: one row for each example, one column to predict.\n"
            "2. **Watch** the build clean the data, train a model and measure it on rows it has "
            "never seen.\n"
            "3. **Approve** the model if its figures convince you, and download it."
        )
        if st.button("Upload a file", type="primary", icon=":material/upload:"):
            places.go(places.UPLOAD)
    st.stop()

versions = models.list_versions(context, me)
pending = [version for version in versions if version.status is ApprovalStatus.PENDING]
approved = sum(version.status is ApprovalStatus.APPROVED for version in versions)
known = {build.build_id for build in builds.list_builds(context, me) if build.state.is_final}


@live(every=timedelta(seconds=2))
def overview() -> None:
    now = session.now()
    found = builds.list_builds(context, me, limit=50)
    if any(build.state.is_final and build.build_id not in known for build in found):
        st.rerun()  # a build has ended since: there may be a new model version to decide on
    if build_id := tables.pressed("open-latest"):
        places.go(places.BUILD, id=build_id)
    with st.grid(4, gap="small", min_column_width=150):
        in_the_making = (BuildState.STARTING, BuildState.EXECUTING)
        running = sum(build.state in in_the_making for build in found)
        in_line = [build for build in found if build.state is BuildState.WAITING]
        st.metric("In the making", running, border=True)
        st.metric("Waiting", len(in_line), border=True)
        st.metric("Models to decide on", len(pending), border=True)
        st.metric("Approved models", approved, border=True)
    budget_card.warn(tenants.tenant(context, me), now=now)
    told = waiting.explain(context, me, in_line, now=now)
    if told:
        first = min(told, key=lambda build_id: told[build_id].position)
        name = next(build.upload.file_name for build in in_line if build.build_id == first)
        standing = words.standing(told[first], now=now)
        st.info(show.plain(f"{name}: {standing}"), icon=":material/hourglass_top:")
    if found[0].state in (BuildState.FAILED, BuildState.REJECTED):
        name = found[0].upload.file_name
        st.error(show.plain(found[0].reason or ""), title=f"{show.plain(name)} did not build")
    if pending:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            count = show.counted(len(pending), "model version")
            st.markdown(f":orange[:material/pending:] **{count}** to approve or reject")
            if st.button("Decide", type="primary"):
                places.go(places.MODELS)
    st.subheader("Latest builds")
    tables.remember("open-latest", [build.build_id for build in found[:5]])
    st.dataframe(
        tables.builds(found[:5], told, now=now),
        hide_index=True,
        column_config=tables.build_columns(key="open-latest"),
        alt="Your five latest builds",
    )
    st.caption(f"Refreshed {show.when(now, session.zone(), now=now)}, every 2 seconds")


overview()
