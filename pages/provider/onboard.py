"""Responsible for onboarding: the form, the plan of everything to be made, then its making."""

from collections import Counter

import streamlit as st

from backend import catalogue, onboard
from backend.domain.principal import Role
from portal import auth, places, session
from portal import format as show

me = auth.require(Role.PROVIDER)
context = session.context()
st.page_link(places.TENANTS.page(), label="All tenants", icon=":material/arrow_back:")
st.title("Onboard a tenant")
tiers = {tier.name: tier for tier in catalogue.tiers(context)}
with st.form("tenant", border=True):
    left, right = st.columns(2, gap="medium")
    name = left.text_input("Company name", placeholder="Acme Retail", key="name")
    tenant_id = right.text_input(
        "Tenant id",
        placeholder="acme-retail",
        key="tenant-id",
        help="Names its bucket and roles for good: lower-case letters, digits, single hyphens.",
    )
    left, right = st.columns(2, gap="medium")
    tier = left.selectbox(
        "Tier",
        list(tiers),
        key="tier",
        format_func=lambda tier: (
            f"{tier}: {tiers[tier].max_concurrent_builds} builds at once, files up to "
            f"{show.size(tiers[tier].max_upload_bytes)}"
        ),
    )
    email = right.text_input("First user's e-mail", placeholder="ana@acme.example", key="email")
    if st.form_submit_button("Show the plan", type="primary"):
        st.session_state["plan"] = onboard.plan(
            context, me, tenant_id=tenant_id, name=name, tier=tier, email=email
        )

plan = st.session_state.get("plan")
if plan is None:
    st.caption("Nothing is made before you have seen the plan.")
    st.stop()
st.subheader(f"Plan for {plan.tenant.name}")
counted = Counter(step.kind for step in plan.steps)
st.caption(" · ".join(f"{number} {kind.lower()}" for kind, number in counted.items()))
for step in plan.steps:
    with st.expander(f"{step.kind}: {step.name}"):
        st.json(dict(step.settings), expanded=3)
if st.button(f"Onboard {plan.tenant.name}", type="primary", icon=":material/rocket_launch:"):
    with st.status(f"Onboarding {plan.tenant.name}", expanded=True) as status:
        done = onboard.carry_out(
            context,
            me,
            plan,
            now=session.now(),
            progress=lambda step: st.markdown(
                f":green[:material/check_circle:] {step.kind}: {step.name}"
            ),
        )
        status.update(label=f"{plan.tenant.name} is on board", state="complete", expanded=False)
    del st.session_state["plan"]
    if done.temporary_password:
        st.success("Pass this password on now: it is shown only once and must be changed.")
        st.code(done.temporary_password, language=None)
