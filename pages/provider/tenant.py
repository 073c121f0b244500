"""Responsible for one tenant: what it is made of, its tier, and its end."""

import streamlit as st

from backend import budgets, catalogue, change_tier, offboard, onboard, tenant_share, tenants
from backend.domain.principal import Role
from backend.domain.tenant import TenantStatus
from portal import (
    auth,
    budget_card,
    interventions,
    notices,
    places,
    session,
    tenant_card,
    tier_card,
)
from portal import format as show
from portal.refusals import dialog, refusals_as_sentences

me = auth.require(Role.PROVIDER)
context = session.context()
st.page_link(places.TENANTS.page(), label="All tenants", icon=":material/arrow_back:")
tenant = tenants.tenant(context, me, st.query_params.get("id", ""))


@dialog("Offboard a tenant")
def confirm() -> None:
    st.warning(
        f"{show.plain(tenant.name)}'s people, files, models, roles and build records go for good. "
        "What it cost stays in Cost Explorer and, month by month with what its builds used, in the "
        "portal; so do its invoices."
    )
    typed = st.text_input(f"Type {tenant.tenant_id} to confirm", key="typed-id")
    if st.button("Offboard for good", type="primary", disabled=typed != tenant.tenant_id):
        with st.spinner("Removing what was made for it"):
            report = offboard.offboard(
                context, me, tenant.tenant_id, confirm=typed, now=session.now()
            )
        st.session_state["removals"] = (tenant.tenant_id, report.removals)
        notices.tell(f"{tenant.name} is offboarded.")
        st.rerun()


tenant_card.headline(tenant, now=session.now())
gone, removals = st.session_state.get("removals", ("", ()))
if gone == tenant.tenant_id:
    tenant_card.removals(removals)

if tenant.status is TenantStatus.ONBOARDING:
    with st.container(horizontal=True):
        if st.button("Resume the onboarding", type="primary", icon=":material/resume:"):
            with st.spinner("Making what is missing"):
                st.session_state["onboarded"] = onboard.resume(context, me, tenant.tenant_id)
            places.go(places.ONBOARD)
        if st.button("Roll back", icon=":material/undo:"):
            onboard.roll_back(context, me, tenant.tenant_id)
            notices.tell(f"What was made for {tenant.name} is gone again.")
            places.go(places.TENANTS)

if tenant.status in (TenantStatus.ACTIVE, TenantStatus.SUSPENDED):
    names = [tier.name for tier in catalogue.tiers(context)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tier = st.selectbox("Tier", names, index=names.index(tenant.tier), width=220)
        if st.button("Change tier", disabled=tier == tenant.tier):
            change_tier.change_tier(context, me, tenant.tenant_id, tier, now=session.now())
            notices.tell(f"{tenant.name} is in the {tier} tier now.")
            st.rerun()
    st.caption("Builds that wait or run keep the tier they were asked for in.")
    st.subheader(f"Share of the {tenant.tier} tier")
    with refusals_as_sentences():
        if (share := tier_card.share(tenant)) is not None:
            tenant_share.set_share(
                context,
                me,
                tenant.tenant_id,
                weight=share.weight,
                max_concurrent_builds=share.max_concurrent_builds,
                now=session.now(),
                seen=tenant,
            )
            notices.tell(f"{tenant.name}'s share is saved.")
            st.rerun()
    interventions.pause_or_resume_tenant(me, tenant)
    st.subheader("Budget")
    budget_card.draw(tenant, now=session.now())
    with refusals_as_sentences():
        if (wish := budget_card.form(tenant)) is not None:
            budgets.set_budget(
                context,
                me,
                tenant.tenant_id,
                budget=wish.budget,
                now=session.now(),
                seen=tenant,
            )
            notices.tell(f"{tenant.name}'s budget is saved.")
            st.rerun()

tenant_card.made_of(tenant)
may_end = tenant.status not in (TenantStatus.ONBOARDING, TenantStatus.OFFBOARDED)
if may_end and st.button("Offboard…", icon=":material/delete:"):
    confirm()
