"""Responsible for the tenant's models: each version with its figures, and the decision on it."""

import streamlit as st

from backend import builds, models
from backend.domain.model_version import ApprovalStatus, ModelVersion
from backend.domain.principal import Role
from portal import auth, notices, places, session, words
from portal import format as show
from portal.refusals import dialog

SHOWN = 8
me = auth.require(Role.TENANT)
context, now = session.context(), session.now()


@dialog("Decide on a model")
def decide(version: ModelVersion, status: ApprovalStatus) -> None:
    verb = "Approve" if status is ApprovalStatus.APPROVED else "Reject"
    st.markdown(f"{verb} **version {version.version}**?")
    comment = st.text_area("Why", placeholder="For those who come after you", key="comment")
    if st.button(verb, type="primary"):
        models.decide(context, me, version.arn, status, comment)
        notices.tell(f"Version {version.version} is {status.value.lower()}.")
        st.rerun()


st.title("Models")
versions = models.list_versions(context, me)
results = {build.build_id: build.result for build in builds.list_builds(context, me)}
if not versions:
    st.info("No models yet. A build that beats its baseline adds one here.")
    st.page_link(places.UPLOAD.page(), label="Upload a file", icon=":material/upload:")
sheet = st.pagination(-(-len(versions) // SHOWN), key="sheet") if len(versions) > SHOWN else 1
for version in versions[(sheet - 1) * SHOWN : sheet * SHOWN]:
    result = results.get(version.build_id)
    with st.container(border=True):
        made = show.when(version.created_at, session.zone(), now=now)
        st.markdown(
            f"#### Version {version.version} &nbsp; {words.APPROVAL[version.status].badge}\n"
            f":gray[{version.algorithm} · made {made}"
            f"{f' · predicts {show.plain(result.target)}' if result else ''}]"
        )
        if result:
            with st.grid(4, gap="small", min_column_width=150):
                st.metric("Better than the baseline", show.share(result.skill), help=words.SKILL)
                for name in words.in_order(result.metrics)[:3]:
                    st.metric(words.METRIC.get(name, name), show.number(result.metrics[name]))
        if version.comment:
            st.markdown(f"> {show.plain(version.comment)}")
        with st.container(horizontal=True):
            if version.status is not ApprovalStatus.APPROVED and st.button(
                "Approve",
                icon=":material/verified:",
                key=f"approve-{version.version}",
                type="primary" if version.status is ApprovalStatus.PENDING else "secondary",
            ):
                decide(version, ApprovalStatus.APPROVED)
            if version.status is not ApprovalStatus.REJECTED and st.button(
                "Reject", icon=":material/block:", key=f"reject-{version.version}"
            ):
                decide(version, ApprovalStatus.REJECTED)
            st.link_button(
                "Download",
                models.download_url(context, me, version.arn),
                icon=":material/download:",
            )
            if version.build_id and st.button(
                "See its build", type="tertiary", key=f"build-{version.version}"
            ):
                places.go(places.BUILD, id=version.build_id)
