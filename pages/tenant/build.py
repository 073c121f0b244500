"""Responsible for one build of the tenant: its steps as they happen, then its figures."""

from datetime import timedelta

import streamlit as st

from backend import builds
from backend.domain.principal import Role
from portal import auth, build_card, places, session
from portal.refusals import live

me = auth.require(Role.TENANT)
build_id = st.query_params.get("id", "")
st.page_link(places.BUILDS.page(), label="All builds", icon=":material/arrow_back:")
ended = builds.see(session.context(), me, build_id).state.is_final


@live(every=None if ended else timedelta(seconds=2))
def card() -> None:
    now = session.now()
    build = builds.see(session.context(), me, build_id)
    if build.state.is_final and not ended:
        st.rerun()
    build_card.headline(build, now=now)
    build_card.outcome(build, now=now)
    if build.result and build.result.model_package_arn:
        st.page_link(
            places.MODELS.page(), label="Decide on the model", icon=":material/deployed_code:"
        )
    build_card.evidence(build)
    build_card.steps(build, now=now)
    build_card.particulars(build)


card()
