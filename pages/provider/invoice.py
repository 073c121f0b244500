"""Responsible for one tenant's invoice of one month: its lines, its files, and its issuing."""

import streamlit as st

from backend import invoices
from backend.domain.principal import Role
from portal import actions, auth, invoice_card, places, session
from portal import format as show

me = auth.require(Role.PROVIDER)
context, now = session.context(), session.now()
st.page_link(places.INVOICES.page(), label="All invoices", icon=":material/arrow_back:")
tenant_id = st.query_params.get("tenant", "")
month = st.query_params.get("month") or invoice_card.months(now)[0]
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
