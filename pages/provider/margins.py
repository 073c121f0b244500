"""Responsible for a month in money: what each tenant and tier cost, brought, and came to."""

from datetime import UTC

import streamlit as st

from backend.domain.principal import Role
from portal import auth, month_card, month_tables, month_views, places, session, tables

me = auth.require(Role.PROVIDER)
today = session.now().astimezone(UTC).date()
st.title("Margins")
month = month_card.month_choice(today)
found = month_views.month(me, month, now=session.now())
if tenant_id := tables.pressed("month-tenant"):
    places.go(places.TENANT_COSTS, tenant=tenant_id, month=month)
month_card.figures(found.all_tenants)
st.caption(month_card.CAVEAT)
if not found.tenants:
    st.info("Nothing is known of this month: choose another, or read Cost Explorer on Costs.")
    st.stop()
st.subheader("By tier")
st.dataframe(
    month_tables.rows(found.tiers, first="Tier"),
    hide_index=True,
    column_config=month_tables.row_columns("Tier"),
    alt="Each tier's cost, bill, meter, revenue and margin in the month",
)
st.subheader("By tenant")
tables.remember("month-tenant", [tenant.tenant_id for tenant in found.tenants])
st.dataframe(
    month_tables.rows(found.tenants, first="Tenant"),
    hide_index=True,
    column_config=month_tables.row_columns("Tenant", key="month-tenant"),
    alt="Each tenant's cost, bill, meter, revenue and margin in the month",
)
month_card.nobodys(found)
