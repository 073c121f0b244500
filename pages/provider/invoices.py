"""Responsible for a month's invoices: what each tenant pays and costs, and issuing them."""

from datetime import UTC

import streamlit as st

from backend import invoices, tenants
from backend.domain.exact import exact_sum
from backend.domain.principal import Role
from portal import (
    actions,
    auth,
    invoice_card,
    invoice_files,
    invoice_margins,
    month_card,
    places,
    session,
    tables,
)
from portal import format as show
from portal.refusals import dialog

me = auth.require(Role.PROVIDER)
context, now = session.context(), session.now()
st.title("Invoices")
month = month_card.month_choice(now.astimezone(UTC).date())
if tenant_id := tables.pressed("open-invoice"):
    places.go(places.INVOICE, tenant=tenant_id, month=month)
found = invoices.of_month(context, me, month, now=now)
registry = tenants.list_tenants(context, me)
drafts = [each for each in found.invoices if each.number is None and not each.missing_plan]


@dialog("Issue invoices?")
def confirm() -> None:
    total = show.money(exact_sum(each.total for each in drafts))
    st.warning(
        f"{show.counted(len(drafts), 'invoice')} of {show.month(month)}, {total} in all, will be "
        "numbered and can never be changed again."
    )
    if actions.action(
        "Issue for good",
        lambda: invoices.issue_all(context, me, month, now=session.now()),
        key="issue-confirmed",
        seen=(month, len(drafts)),
        told=lambda issued: f"{show.counted(len(issued), 'invoice')} issued.",
        type="primary",
    ):
        st.rerun()


if found.open_reasons:
    st.info(show.plain(" ".join(found.open_reasons)), icon=":material/edit_note:")
if not found.invoices:
    st.info("No tenant has anything to pay for in this month: choose another one above.")
    st.stop()
spent = invoice_margins.cost_of(me, month, registry)
if not spent.known:
    st.info("Cost Explorer has told nothing of this month yet: margins are shown once it has.")
whole = invoice_margins.whole(found.invoices, spent)
invoice_card.month_figures(found.invoices, whole, known=spent.known)
with st.container(horizontal=True):
    if not found.open_reasons and st.button(
        f"Issue {len(drafts) or 'none'}…",
        type="primary",
        icon=":material/task_alt:",
        disabled=not drafts,
    ):
        confirm()
    st.download_button(
        "Export CSV",
        lambda: invoice_files.summaries(found.invoices),
        f"invoices-{month}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
invoice_card.month_list(found.invoices, spent.by_tenant if spent.known else None)
invoice_card.drafts_as_of(found.invoices, found.read_at)
tiers = invoice_margins.by_tier(found.invoices, spent, registry, month)
invoice_card.tier_list(tiers, known=spent.known)
