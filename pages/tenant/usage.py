"""Responsible for what the tenant's own use comes to: cost, forecast, budget, builds, invoices."""

from datetime import UTC

import streamlit as st

from backend import builds, cost, tenants
from backend.domain.month import days_of
from backend.domain.principal import Role
from backend.domain.usage import usage_of
from portal import (
    auth,
    budget_card,
    cost_outlook,
    cost_views,
    invoice_card,
    month_card,
    session,
    tables,
    usage_card,
)
from portal import format as show

me = auth.require(Role.TENANT)
context = session.context()
now = session.now()
today = now.astimezone(UTC).date()
st.title("Usage")
month = month_card.month_choice(today)
days = days_of(month)
open_month = days.since <= today < days.until
state = cost.synced(context, me)
query = cost_views.CostQuery(me, state.synced_at, days.since, days.until, beside=False)
cube = cost_views.cube(query)
ended = builds.ended_in(context, me, month)
told = cost_outlook.forecast(query, today) if open_month else None
usage = usage_of(me.own_tenant(), month, ended)
usage_card.figures(cube, usage, told, open_month=open_month)
usage_card.freshness(state, cube, now=now)
if open_month:
    budget_card.draw(tenants.tenant(context, me), now=now)
if cube.total:
    usage_card.days(cube)

st.subheader(f"Builds that ended in {show.month(month)}")
if build_id := tables.pressed("usage-build"):
    st.query_params["build"] = build_id
if not ended:
    st.info("No build ended in this month: what builds cost is here as soon as they end.")
else:
    month_card.builds(ended, key="usage-build")
for build in ended:
    if build.build_id == st.query_params.get("build"):
        month_card.steps(build)
st.subheader("Invoices")
invoice_card.own_list(me)
