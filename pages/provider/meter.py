"""Responsible for a month's bill beside the meter, tenant by tenant, and what a build cost."""

from datetime import UTC

import streamlit as st

from backend.domain.principal import Role
from portal import auth, month_card, month_tables, month_views, places, session, tables

me = auth.require(Role.PROVIDER)
today = session.now().astimezone(UTC).date()
st.title("Bill and meter")
month = month_card.month_choice(today)
found = month_views.month(me, month)
if tenant_id := tables.pressed("month-tenant"):
    places.go(places.TENANT_COSTS, tenant=tenant_id, month=month)
if not found.tenants and found.last_day is None:
    st.info("Nothing is known of this month: choose another, or read Cost Explorer on Costs.")
    st.stop()
month_card.figures(found.all_tenants)
month_card.lag(found)
if found.tenants:
    tables.remember("month-tenant", [tenant.tenant_id for tenant in found.tenants])
    st.dataframe(
        month_tables.rows(found.tenants, first="Tenant"),
        hide_index=True,
        height=tables.height_of(len(found.tenants)),
        column_config=month_tables.row_columns("Tenant", key="month-tenant"),
        alt="Each tenant's cost, bill, meter and cost of a build in the month",
    )
else:
    st.info("No tenant has any cost or build in this month.")
month_card.nobodys(found)
