"""Responsible for onboarding: the form, the plan of everything to be made, then its making."""

import streamlit as st

from backend import catalogue, onboard
from backend.domain.onboarding import Plan
from backend.domain.principal import Role
from portal import auth, places, plan_card, session
from portal import format as show

me = auth.require(Role.PROVIDER)
context = session.context()
st.page_link(places.TENANTS.page(), label="All tenants", icon=":material/arrow_back:")
st.title("Onboard a tenant")

if done := st.session_state.get("onboarded"):
    plan_card.welcome(done)
    with st.container(horizontal=True):
        if st.button("See the tenant", type="primary"):
            del st.session_state["onboarded"]
            places.go(places.TENANT, id=done.tenant.tenant_id)
        if st.button("Onboard another"):
            del st.session_state["onboarded"]
            st.rerun()
    st.stop()

if wish := plan_card.form(catalogue.tiers(context)):
    st.session_state.pop("plan", None)
    st.session_state["plan"] = onboard.plan(
        context, me, tenant_id=wish.tenant_id, name=wish.name, tier=wish.tier, email=wish.email
    )
plan: Plan | None = st.session_state.get("plan")
if plan is None:
    st.caption("Nothing is made before you have seen the plan.")
    st.stop()
plan_card.plan(plan)
name = show.plain(plan.tenant.name)
if st.button(f"Onboard {name}", type="primary", icon=":material/rocket_launch:"):
    del st.session_state["plan"]
    with st.status(f"Onboarding {name}", expanded=True):
        st.session_state["onboarded"] = onboard.carry_out(
            context, me, plan, now=session.now(), progress=plan_card.progress(plan)
        )
    st.rerun()
