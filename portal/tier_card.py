"""Responsible for drawing the settings of scheduling as forms: each tier's, and what they share."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant
from backend.domain.tier import Tier
from portal import format as show

NO_LIMIT = "No limit"


@dataclass(frozen=True, slots=True)
class TierWish:
    """What was typed for a tier, unchecked."""

    max_concurrent_builds: int
    most_builds: int | None
    weight: float


@dataclass(frozen=True, slots=True)
class Share:
    """What was typed for a tenant, unchecked."""

    weight: float
    max_concurrent_builds: int | None


def effect(tiers: Sequence[Tier], policy: SchedulingPolicy) -> str:
    """What the settings come to, in words."""
    given = sum(tier.max_concurrent_builds for tier in tiers)
    told = f"**{given} of {policy.account_limit}** of the account's executions are given to tiers. "
    if not policy.lending:
        return told + "Idle slots stay idle: no tier borrows another's."
    if not policy.reserve:
        return told + "Idle slots are lent to tiers that wait, by their weights."
    kept = show.counted(policy.reserve, "idle slot")
    kept += " is" if policy.reserve == 1 else " are"
    return told + f"Idle slots are lent by weight, but {kept} kept for tiers under quota."


def shared(policy: SchedulingPolicy) -> SchedulingPolicy | None:
    """Asks for what all tiers share; something only when it is to be saved."""
    with st.form("policy", border=False):
        left, middle, right = st.columns(3, gap="medium", vertical_alignment="bottom")
        account_limit = left.number_input(
            "Account limit",
            value=policy.account_limit,
            step=1,
            help="Concurrent pipeline executions that the account's service quota allows",
        )
        reserve = middle.number_input(
            "Reserve",
            value=policy.reserve,
            step=1,
            help="Idle slots never lent: kept for tiers that run fewer builds than are theirs",
        )
        lending = right.toggle("Lend idle slots", value=policy.lending)
        saved = st.form_submit_button("Save", key="save-policy")
    return SchedulingPolicy(account_limit, lending, reserve) if saved else None


def limits(shown: Tier) -> TierWish | None:
    """Asks for a tier's limits; something only when they are to be saved."""
    with st.form(f"tier-{shown.name}", border=False):
        own = st.number_input(
            "Slots of its own",
            value=shown.max_concurrent_builds,
            step=1,
            help="Builds at once that the tier may always run",
        )
        most = st.number_input(
            "Most builds with borrowed slots",
            value=shown.most_builds,
            step=1,
            placeholder=NO_LIMIT,
            help="Empty: as many idle slots as it is lent",
        )
        weight = st.number_input(
            "Weight",
            value=float(shown.weight),
            step=0.5,
            format="%g",
            help="A tier of twice the weight is lent twice as many idle slots",
        )
        saved = st.form_submit_button("Save", key=f"save-{shown.name}")
    return TierWish(own, most, weight) if saved else None


def share(tenant: Tenant) -> Share | None:
    """Asks for a tenant's share of its tier; something only when it is to be saved."""
    with st.form("share", border=True):
        left, right = st.columns(2, gap="medium")
        weight = left.number_input(
            "Weight",
            value=float(tenant.weight),
            step=0.5,
            format="%g",
            help="A tenant of twice the weight gets twice the builds while its tier is busy",
        )
        cap = right.number_input(
            "Most builds at once",
            value=tenant.max_concurrent_builds,
            step=1,
            placeholder=NO_LIMIT,
            help="Empty: as many as its tier has room for",
        )
        saved = st.form_submit_button("Save the share")
    return Share(weight, cap) if saved else None
