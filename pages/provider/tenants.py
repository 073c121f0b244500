"""Responsible for the list of tenants, whatever state they are in."""

import streamlit as st

from backend import tenants
from backend.domain.principal import Role
from portal import auth, places, session, tables
from portal import format as show

me = auth.require(Role.PROVIDER)
st.title("Tenants")
found = tenants.list_tenants(session.context(), me)
if tenant_id := tables.pressed("open-tenant"):
    places.go(places.TENANT, id=tenant_id)
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(show.counted(len(found), "tenant"))
    if st.button("Onboard a tenant", type="primary", icon=":material/person_add:"):
        places.go(places.ONBOARD)
if not found:
    st.info("No tenants yet. Onboard the first one: you see every resource before it is made.")
    st.stop()
tables.remember("open-tenant", [tenant.tenant_id for tenant in found])
st.dataframe(
    tables.tenants(found),
    hide_index=True,
    column_config=tables.tenant_columns(key="open-tenant"),
    alt="All tenants",
)
