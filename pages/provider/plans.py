"""Responsible for plans: what each tier's tenants pay, since when, and changing that."""

import streamlit as st

from backend import catalogue, plans
from backend.domain.month import month_of
from backend.domain.plan import Plan
from backend.domain.principal import Role
from portal import auth, notices, plan_effect, plan_form, session
from portal import format as show
from portal.refusals import refusals_as_sentences

me = auth.require(Role.PROVIDER)
context, now = session.context(), session.now()
st.title("Plans")
names = [tier.name for tier in catalogue.tiers(context)]
tier = st.segmented_control(
    "Tier",
    names,
    default=names[0],
    required=True,
    format_func=str.capitalize,
    key="tier",
    bind="query-params",
    label_visibility="collapsed",
)
book, opened = plans.book(context, me), month_of(now)
holding = book.of(tier, opened) if book.has(tier, opened) else None
history = book.history(tier)
plan_effect.history(history, holding)
st.subheader("Change it")
st.caption(
    "A change holds from a month on, this one at the earliest. Months that are over keep their "
    "plan, and invoices that are issued are never changed."
)
with refusals_as_sentences():
    wish = plan_form.form(holding or Plan(tier), plan_effect.months(now), history=history)
    if wish is not None:
        st.session_state.pop("proposed", None)
        plan = plan_form.plan_of(wish)
        found = plans.effect(context, me, plan, now=now)
        st.session_state["proposed"] = plan_effect.Proposed(plan, book, found)
proposed: plan_effect.Proposed | None = st.session_state.get("proposed")
if proposed is None or proposed.plan.tier != tier:
    st.stop()
with st.container(border=True), refusals_as_sentences():
    if plan_effect.confirmed(proposed):
        plans.save(context, me, proposed.plan, seen=proposed.book, now=session.now())
        del st.session_state["proposed"]
        notices.tell(f"Saved: it holds from {show.month(proposed.plan.since)} on.")
        st.rerun()
