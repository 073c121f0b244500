"""Responsible for the settings of scheduling: each tier's limits, and what tiers share."""

import streamlit as st

from backend import tier_settings
from backend.domain.principal import Role
from portal import auth, interventions, looks, notices, session, tier_card
from portal.refusals import refusals_as_sentences

me = auth.require(Role.PROVIDER)
context = session.context()
st.title("Tiers")
tiers, policy = tier_settings.settings(context, me)
st.markdown(tier_card.effect(tiers, policy))

st.subheader("What all tiers share")
with st.container(border=True), refusals_as_sentences():
    if (wish := tier_card.shared(policy)) is not None:
        tier_settings.edit_policy(
            context,
            me,
            account_limit=wish.account_limit,
            lending=wish.lending,
            reserve=wish.reserve,
            now=session.now(),
            seen=policy,
        )
        looks.forget()
        notices.tell("Saved: what starts next follows it.")
        st.rerun()

st.subheader("Each tier")
with st.grid(3, gap="small", min_column_width=280):
    for tier in tiers:
        with st.container(border=True, height="stretch"), refusals_as_sentences():
            interventions.tier_headline(me, tier)
            if (limits := tier_card.limits(tier)) is not None:
                tier_settings.edit_tier(
                    context,
                    me,
                    tier.name,
                    max_concurrent_builds=limits.max_concurrent_builds,
                    weight=limits.weight,
                    most_builds=limits.most_builds,
                    now=session.now(),
                    seen=tier,
                )
                looks.forget()
                notices.tell(f"{tier.name.capitalize()} is saved: what starts next follows it.")
                st.rerun()
