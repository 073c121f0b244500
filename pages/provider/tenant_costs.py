"""Responsible for one tenant's cost: month by month, its builds, and the steps of a build."""

from datetime import UTC

import streamlit as st

from backend import builds, cost, tenants
from backend.domain.principal import Role
from portal import (
    auth,
    month_card,
    month_tables,
    month_views,
    notices,
    places,
    session,
    tables,
)
from portal import format as show
from portal.refusals import refusals_as_sentences

me = auth.require(Role.PROVIDER)
context = session.context()
now = session.now()
st.page_link(places.METER.page(), label="All tenants", icon=":material/arrow_back:")
tenant = tenants.tenant(context, me, st.query_params.get("tenant", ""))
st.title(show.plain(tenant.name))
st.caption(f"{tenant.tenant_id} · {tenant.tier} · {tenant.status.value.lower()}")
history = month_views.history(me, tenant, now=now)
month = month_card.month_choice(now.astimezone(UTC).date())
this = next(each for each in history if each.month == month)
month_card.figures(this)
st.page_link(
    places.INVOICE.page(),
    label=f"Its invoice of {show.month(month)}",
    icon=places.INVOICES.icon,
    query_params={"tenant": tenant.tenant_id, "month": month},
)

st.subheader(f"Builds that ended in {show.month(month)}")
ended = builds.ended_in(context, me, month, tenant_id=tenant.tenant_id)
if build_id := tables.pressed("month-build"):
    st.query_params["build"] = build_id
if not ended:
    st.info(
        "Its builds are gone with it: what they used is told above."
        if this.ended and tenant.kept_usage is not None
        else "No build ended in this month."
    )
else:
    month_card.builds(ended, key="month-build")
chosen = st.query_params.get("build")
for build in ended:
    if build.build_id == chosen:
        month_card.steps(build)

st.subheader("The bill by usage type")
with refusals_as_sentences():
    known_types = cost.usage_types(context, me, tenant.tenant_id, month)
    if month_card.usage_types(known_types, now=now):
        cost.ask_usage_types(context, me, tenant.tenant_id, month)
        notices.tell("Cost Explorer has told the usage types.")
        st.rerun()

st.subheader("Month by month")
known = [each for each in history if each.cost or each.ended or each.revenue]
if not known:
    st.info("No cost, build or invoice of it is known in any of the last thirteen months.")
    st.stop()
st.dataframe(
    month_tables.rows(known, first="Month"),
    hide_index=True,
    column_config=month_tables.row_columns("Month"),
    alt="The tenant's cost, bill, meter, revenue and margin of each month",
)
