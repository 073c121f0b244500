"""Responsible for the list of tenants, whatever state they are in."""

import streamlit as st

from backend import tenants
from backend.domain.principal import Role
from portal import auth, places, session, tables
from portal import format as show

me = auth.require(Role.PROVIDER)
st.title("Tenants")
found = tenants.list_tenants(session.context(), me)
if click := st.session_state.get("open-tenant"):
    places.go(places.TENANT, id=found[click.row].tenant_id)
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(show.counted(len(found), "tenant"))
    if st.button("Onboard a tenant", type="primary", icon=":material/person_add:"):
        places.go(places.ONBOARD)
if not found:
    st.info("No tenants yet. Onboard the first one: you see every resource before it is made.")
    st.stop()
st.dataframe(
    tables.tenants(found),
    hide_index=True,
    column_config=tables.tenant_columns(key="open-tenant"),
    alt="All tenants",
)
