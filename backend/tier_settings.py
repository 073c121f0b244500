"""Responsible for the provider's settings of the tiers and of how they share the account."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from backend.context import Context
from backend.domain.audit import Action, AuditEntry
from backend.domain.edit import in_words, rebased
from backend.domain.errors import Conflict, NotFound
from backend.domain.principal import Principal
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tier import Tier

LOG = logging.getLogger(__name__)
_TRIES = 10
Tiers = tuple[Tier, ...]
S = TypeVar("S", Tier, SchedulingPolicy)


def settings(context: Context, principal: Principal) -> tuple[Tiers, SchedulingPolicy]:
    """The tiers, the highest last, and the policy."""
    principal.as_provider()
    return tuple(context.tiers.all()), context.policy.get()


def edit_tier(
    context: Context,
    principal: Principal,
    name: str,
    *,
    max_concurrent_builds: int,
    weight: float,
    most_builds: int | None,
    now: datetime,
    seen: Tier | None = None,
) -> Tier:
    """Sets the tier's limits and weight; dispatches reckon with them from now on.

    `seen` is the tier as the person saw it: what they left as it was keeps what somebody else has
    made of it since. Raises Invalid for limits that the account's does not allow.
    """
    return _change_tier(
        context,
        principal,
        name,
        lambda tier: rebased(
            tier,
            seen=seen or tier,
            edited=replace(
                seen or tier,
                max_concurrent_builds=max_concurrent_builds,
                weight=weight,
                most_builds=most_builds,
            ),
        ),
        Action.EDIT_TIER,
        now=now,
    )


def pause_tier(context: Context, principal: Principal, name: str, *, now: datetime) -> Tier:
    """No build of the tier starts until it is resumed; what runs goes on."""
    return _change_tier(
        context,
        principal,
        name,
        lambda tier: replace(tier, paused=True),
        Action.PAUSE_TIER,
        now=now,
    )


def resume_tier(context: Context, principal: Principal, name: str, *, now: datetime) -> Tier:
    return _change_tier(
        context,
        principal,
        name,
        lambda tier: replace(tier, paused=False),
        Action.RESUME_TIER,
        now=now,
    )


def edit_policy(
    context: Context,
    principal: Principal,
    *,
    account_limit: int,
    lending: bool,
    reserve: int,
    now: datetime,
    seen: SchedulingPolicy | None = None,
) -> SchedulingPolicy:
    """Sets how tiers share the account; raises Invalid when the tiers do not fit it.

    `seen` is the policy as the person saw it, as in `edit_tier`.
    """
    principal.as_provider()

    def edit(tiers: Tiers, policy: SchedulingPolicy) -> tuple[SchedulingPolicy, SchedulingPolicy]:
        known = seen or policy
        edited = replace(known, account_limit=account_limit, lending=lending, reserve=reserve)
        after = rebased(policy, seen=known, edited=edited)
        after.checked(tiers)
        return policy, after

    return _change(context, principal, edit, Action.EDIT_POLICY, "the policy", now=now)


def _change_tier(
    context: Context,
    principal: Principal,
    name: str,
    edited: Callable[[Tier], Tier],
    action: Action,
    *,
    now: datetime,
) -> Tier:
    principal.as_provider()

    def edit(tiers: Tiers, policy: SchedulingPolicy) -> tuple[Tier, Tier]:
        before = _named(tiers, name)
        after = edited(before)
        policy.checked([after if tier is before else tier for tier in tiers])
        return before, after

    return _change(context, principal, edit, action, f"tier {name}", now=now)


def _change(
    context: Context,
    principal: Principal,
    edit: Callable[[Tiers, SchedulingPolicy], tuple[S, S]],
    action: Action,
    subject: str,
    *,
    now: datetime,
) -> S:
    """Writes what an edit changes, if nobody has changed a setting since it was made; else anew."""
    for _ in range(_TRIES):
        state, _held = context.scheduling.read()
        before, after = edit(tuple(context.tiers.all()), context.policy.get())
        if after == before:
            return after
        try:
            context.policy.change(before, after, since=state)
        except Conflict:
            continue
        was, became = in_words(before, after)
        LOG.info("%s by %s: %s, was %s", subject, principal.name, became, was)
        context.audit.add(AuditEntry(now, principal.name, action, subject, was, became))
        context.functions.invoke_dispatch()
        return after
    raise Conflict("Others are changing the settings at this moment: look again.")


def _named(tiers: Sequence[Tier], name: str) -> Tier:
    for tier in tiers:
        if tier.name == name:
            return tier
    known = ", ".join(tier.name for tier in tiers)
    raise NotFound(f"There is no tier {name!r}: choose one of {known}.")
