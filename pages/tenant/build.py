"""Responsible for one build of the tenant: its steps as they happen, then its figures."""

from datetime import timedelta

import streamlit as st

from backend import builds, waiting
from backend.domain.principal import Role
from portal import auth, build_card, own_build, places, session
from portal.refusals import live

me = auth.require(Role.TENANT)
context = session.context()
build_id = st.query_params.get("id", "")
st.page_link(places.BUILDS.page(), label="All builds", icon=":material/arrow_back:")
ended = builds.see(context, me, build_id).state.is_final


@live(every=None if ended else timedelta(seconds=2))
def card() -> None:
    now = session.now()
    build = builds.see(context, me, build_id)
    if build.state.is_final and not ended:
        st.rerun()
    build_card.headline(build, now=now)
    again = builds.retry_of(context, me, build)
    build_card.related(build, again)
    told = waiting.explain(context, me, [build], now=now)
    build_card.outcome(build, told.get(build_id), now=now)
    own_build.buttons(me, build, again)
    if build.result and build.result.model_package_arn:
        st.page_link(
            places.MODELS.page(), label="Decide on the model", icon=":material/deployed_code:"
        )
    build_card.evidence(build)
    build_card.steps(build, now=now)
    build_card.particulars(build)


card()
