"""Responsible for what the tenants cost: whose it is, what for, and how it has changed."""

from datetime import UTC

import streamlit as st

from backend import cost, cost_sharing, cost_tags, tenants
from backend.domain.cost_sync import known_months
from backend.domain.monthly_allocation import sharing_for
from backend.domain.principal import Role
from portal import (
    auth,
    cost_card,
    cost_filters,
    cost_outlook,
    cost_views,
    notices,
    places,
    session,
    tables,
    tag_card,
)
from portal.refusals import refusals_as_sentences

me = auth.require(Role.PROVIDER)
context = session.context()
now = session.now()
today = now.astimezone(UTC).date()
st.title("Costs")
state = cost.synced(context, me)
choices = cost_sharing.choices(context, me)
period, measure = cost_filters.period()
since, until = period.days(today)
tiers = {tenant.tenant_id: tenant.tier for tenant in tenants.list_tenants(context, me)}
query = cost_views.CostQuery(me, state.synced_at, since, until, measure, choices, tiers)
reading = cost_views.reading(query)
whole = cost_views.view(query)
with refusals_as_sentences():
    if cost_card.freshness(state, cost_outlook.last_day(query, today), now=now):
        with st.spinner("Reading Cost Explorer"):
            cost.sync(context, me)
        notices.tell("Cost Explorer has been read.")
        st.rerun()
tags = cost_tags.statuses(context, me)
tag_card.warn(tags)
if not whole.tenants and not whole.whole.total:
    st.info(
        "No cost is known of this period. Cost Explorer runs up to a day behind, and a new tag key "
        "takes another day to appear: read it later, or choose a longer period."
    )
    tag_card.draw(tags, now=now)
    st.stop()
chosen = cost_filters.chosen(
    [tenant.tenant_id for tenant in whole.tenants],
    list(whole.services),
    sorted({tenant.tier for tenant in whole.tenants}),
)
view = cost_views.view(query.narrowed(chosen))
cost_card.figures(view)
cost_card.outlook(
    cost_outlook.forecast(query, today), cost_outlook.out_of_the_ordinary(query, today)
)
cost_card.charts(view)
if tenant_id := tables.pressed("cost-tenant"):
    places.go(places.TENANT_COSTS, tenant=tenant_id)
cost_card.table(view, key="cost-tenant")
with st.container(horizontal=True, vertical_alignment="center"):
    cost_card.exports(reading, view, account=context.session.account)
    st.page_link(places.METER.page(), label="Cost of a build, drift", icon=places.METER.icon)
    st.page_link(places.INVOICES.page(), label="Revenue and margins", icon=places.INVOICES.icon)
with st.expander("How shared cost is split", icon=":material/call_split:"):
    months = known_months(today)
    with refusals_as_sentences():
        current = sharing_for(choices, months[0])
        known = sorted(tiers)
        if (wish := cost_card.split(choices, current, months, known)) is not None:
            cost_sharing.choose(
                context, me, wish.split, since=wish.since, shares=wish.shares, now=now
            )
            notices.tell("Saved: shared cost is split so from now on.")
            st.rerun()
tag_card.draw(tags, now=now)
