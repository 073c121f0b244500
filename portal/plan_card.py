"""Responsible for drawing an onboarding: what is asked, what is planned, how far it is, its end."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from backend.domain.onboarding import Plan, PlannedStep
from backend.domain.tier import Tier
from backend.onboard import Onboarded
from portal import format as show


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed into the form, unchecked."""

    name: str
    tenant_id: str
    tier: str
    email: str


def form(tiers: Sequence[Tier]) -> Wish | None:
    """Asks who is to come on board; something only when the plan is asked for."""
    with st.form("tenant", border=True):
        left, right = st.columns(2, gap="medium")
        name = left.text_input("Company name", placeholder="Acme Retail", key="name")
        tenant_id = right.text_input(
            "Tenant id",
            placeholder="acme-retail",
            key="tenant-id",
            help="Names its bucket and roles for good: lower-case letters, digits, single hyphens.",
        )
        left, right = st.columns(2, gap="medium")
        tier = left.selectbox("Tier", tiers, format_func=_in_short, key="tier")
        email = right.text_input("First user's e-mail", placeholder="ana@acme.example", key="email")
        asked = st.form_submit_button("Show the plan", type="primary")
    return Wish(name, tenant_id, tier.name, email) if asked else None


def plan(shown: Plan) -> None:
    """Every resource with all its settings, policies included."""
    st.subheader(f"Plan for {show.plain(shown.tenant.name)}")
    kinds = Counter(step.kind for step in shown.steps)
    st.caption(" · ".join(show.counted(number, kind.lower()) for kind, number in kinds.items()))
    for step in shown.steps:
        with st.expander(f"{step.kind} `{step.name}`"):
            st.code(json.dumps(step.settings, indent=2), language="json")


def progress(of: Plan) -> Callable[[PlannedStep], None]:
    """Draws a bar here and returns what moves it, one step at a time."""
    bar = st.progress(0.0)
    made: list[str] = []

    def moved(step: PlannedStep) -> None:
        made.append(step.name)
        bar.progress(len(made) / len(of.steps), f"{len(made)} of {len(of.steps)} made")
        st.markdown(f":green[:material/check_circle:] {step.kind} `{step.name}`")

    return moved


def welcome(done: Onboarded) -> None:
    st.success(f"{show.plain(done.tenant.name)} is on board: its people can sign in and upload.")
    if done.temporary_password:
        st.markdown(
            f"Pass this password on to **{show.plain(done.tenant.first_user)}** now: it is shown "
            "only here, and must be changed at the first sign-in."
        )
        st.code(done.temporary_password, language=None)


def _in_short(tier: Tier) -> str:
    largest = show.size(tier.max_upload_bytes)
    return f"{tier.name}: {tier.max_concurrent_builds} builds at once, files up to {largest}"
