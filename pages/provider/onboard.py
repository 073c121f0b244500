"""Responsible for onboarding: the form, the plan of everything to be made, then its making."""

import json
from collections import Counter

import streamlit as st

from backend import catalogue, onboard
from backend.domain.onboarding import Plan, PlannedStep
from backend.domain.principal import Role
from portal import auth, places, session
from portal import format as show

me = auth.require(Role.PROVIDER)
context = session.context()


def welcome(done: onboard.Onboarded) -> None:
    st.success(f"{show.plain(done.tenant.name)} is on board: its people can sign in and upload.")
    if done.temporary_password:
        st.markdown(
            f"Pass this password on to **{show.plain(done.tenant.first_user)}** now: it is shown "
            "only here, and must be changed at the first sign-in."
        )
        st.code(done.temporary_password, language=None)
    with st.container(horizontal=True):
        if st.button("See the tenant", type="primary"):
            del st.session_state["onboarded"]
            places.go(places.TENANT, id=done.tenant.tenant_id)
        if st.button("Onboard another"):
            del st.session_state["onboarded"]
            st.rerun()


def asked() -> None:
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
            st.session_state.pop("plan", None)
            st.session_state["plan"] = onboard.plan(
                context, me, tenant_id=tenant_id, name=name, tier=tier, email=email
            )


def carried_out(plan: Plan) -> None:
    name = show.plain(plan.tenant.name)
    with st.status(f"Onboarding {name}", expanded=True):
        bar = st.progress(0.0)
        made: list[str] = []

        def progress(step: PlannedStep) -> None:
            made.append(step.name)
            bar.progress(len(made) / len(plan.steps), f"{len(made)} of {len(plan.steps)} made")
            st.markdown(f":green[:material/check_circle:] {step.kind} `{step.name}`")

        del st.session_state["plan"]
        st.session_state["onboarded"] = onboard.carry_out(
            context, me, plan, now=session.now(), progress=progress
        )
    st.rerun()


st.page_link(places.TENANTS.page(), label="All tenants", icon=":material/arrow_back:")
st.title("Onboard a tenant")
if done := st.session_state.get("onboarded"):
    welcome(done)
    st.stop()
asked()
plan: Plan | None = st.session_state.get("plan")
if plan is None:
    st.caption("Nothing is made before you have seen the plan.")
    st.stop()
st.subheader(f"Plan for {show.plain(plan.tenant.name)}")
kinds = Counter(step.kind for step in plan.steps)
st.caption(" · ".join(show.counted(number, kind.lower()) for kind, number in kinds.items()))
for step in plan.steps:
    with st.expander(f"{step.kind} `{step.name}`"):
        st.code(json.dumps(step.settings, indent=2), language="json")
if st.button(
    f"Onboard {show.plain(plan.tenant.name)}", type="primary", icon=":material/rocket_launch:"
):
    carried_out(plan)
