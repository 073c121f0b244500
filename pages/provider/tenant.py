"""Responsible for one tenant: what it is made of, its tier, and its end."""

import streamlit as st

from backend import catalogue, change_tier, offboard, onboard, tenants
from backend.domain.errors import NotFound
from backend.domain.principal import Role
from backend.domain.tenant import Tenant, TenantStatus
from portal import auth, notices, places, session, words
from portal import format as show
from portal.copyable import copyable

me = auth.require(Role.PROVIDER)
context, now = session.context(), session.now()


@st.dialog("Offboard a tenant")
def confirm(tenant: Tenant) -> None:
    st.warning(
        f"This takes away {tenant.name}'s access and removes what was made for it. It cannot be "
        "undone."
    )
    typed = st.text_input(f"Type {tenant.tenant_id} to confirm", key="typed-name")
    if st.button("Offboard", type="primary", disabled=typed != tenant.tenant_id):
        offboard.offboard(context, me, tenant.tenant_id, confirm=typed, now=session.now())
        notices.tell(f"{tenant.name} is offboarded.")
        st.rerun()


st.page_link(places.TENANTS.page(), label="All tenants", icon=":material/arrow_back:")
asked = st.query_params.get("id", "")
tenant = next((one for one in tenants.list_tenants(context, me) if one.tenant_id == asked), None)
if tenant is None:
    raise NotFound(f"There is no tenant {asked!r}: choose one from the list.")
st.title(tenant.name)
since = show.when(tenant.created_at, session.zone(), now=now)
st.markdown(f"{words.TENANT[tenant.status].badge} &nbsp; :gray[{tenant.tier} tier · since {since}]")

if tenant.status is TenantStatus.ONBOARDING:
    st.error(tenant.failure or "The onboarding was not finished.", title="Half made")
    with st.container(horizontal=True):
        if st.button("Resume the onboarding", type="primary", icon=":material/resume:"):
            onboard.resume(context, me, tenant.tenant_id, now=now)
            notices.tell(f"{tenant.name} is on board.")
            st.rerun()
        if st.button("Roll back", icon=":material/undo:"):
            onboard.roll_back(context, me, tenant.tenant_id)
            notices.tell(f"What was made for {tenant.name} is gone again.")
            places.go(places.TENANTS)

names = [tier.name for tier in catalogue.tiers(context)]
if tenant.status is TenantStatus.ACTIVE:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tier = st.selectbox("Tier", names, index=names.index(tenant.tier), width=220)
        if st.button("Change tier", disabled=tier == tenant.tier):
            change_tier.change_tier(context, me, tenant.tenant_id, tier, now=now)
            notices.tell(f"{tenant.name} is in the {tier} tier now.")
            st.rerun()

st.subheader("Made for this tenant")
copyable(
    {
        "Id": tenant.tenant_id,
        "First user": tenant.first_user,
        "Bucket": tenant.bucket,
        "Model group": tenant.model_group,
        "Access role": tenant.access_role_arn,
        "Execution role": tenant.execution_role_arn,
    }
)
gone = tenant.status is TenantStatus.OFFBOARDED
if not gone and st.button("Offboard…", icon=":material/delete:"):
    confirm(tenant)
