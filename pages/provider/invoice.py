"""Responsible for one tenant's invoice of one month: its lines, its files, and its issuing."""

from datetime import UTC

import streamlit as st

from backend import invoices
from backend.domain.cost_sync import known_months
from backend.domain.principal import Role
from portal import actions, auth, invoice_card, places, session
from portal import format as show

me = auth.require(Role.PROVIDER)
context, now = session.context(), session.now()
tenant_id = st.query_params.get("tenant", "")
listed = known_months(now.astimezone(UTC).date())
month = st.query_params.get("month") or listed[0]
st.page_link(
    places.INVOICES.page(),
    label="All invoices",
    icon=":material/arrow_back:",
    query_params={"month": month} if month in listed else None,
)
found = invoices.see(context, me, month, tenant_id=tenant_id, now=now)
st.title(show.plain(found.tenant_name))
if found.number is None and not found.open_reasons:
    actions.action(
        "Issue it",
        lambda: invoices.issue(context, me, tenant_id, month, now=session.now()),
        key="issue",
        seen=(tenant_id, month),
        told=lambda issued: f"Invoice {issued.number} is issued.",
        type="primary",
        icon=":material/task_alt:",
    )
invoice_card.invoice(found)
if build_id := invoice_card.builds(found, may_open=month in listed):
    places.go(places.TENANT_COSTS, tenant=tenant_id, month=month, build=build_id)
