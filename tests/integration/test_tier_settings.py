"""A provider sets the tiers and the policy: checked, remembered, followed at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend import tier_settings
from backend.context import Context
from backend.domain import naming
from backend.domain.audit import Action
from backend.domain.build import BuildState
from backend.domain.errors import BackendError, Conflict, Forbidden, Invalid, NotFound
from backend.domain.principal import Principal, Role
from backend.domain.scheduling_policy import SchedulingPolicy
from backend.domain.tenant import Tenant
from backend.domain.tier import TIERS, Tier
from tests.integration.estate import PAT
from tests.integration.lines import clocks_stopped, remembered_of
from tests.integration.test_walk import LINEAR, put, table, until

NOW = datetime.now(UTC)
BASIC, STANDARD, PREMIUM = TIERS
KIM = Principal("kim", "Kim", Role.PROVIDER)


@pytest.fixture(autouse=True)
def as_deployed(admin: Context) -> Iterator[None]:
    """Tiers are afterwards what they were before, and the policy has no row."""
    yield
    admin.session.table(naming.SETTINGS_TABLE).delete_item(Key={"name": "scheduling"})
    for tier in TIERS:
        admin.tiers.save(tier)
    admin.scheduling.settings_changed()


def edited(context: Context, tier: Tier, who: Principal = PAT, **changes: Any) -> Tier:
    wanted = {
        "max_concurrent_builds": tier.max_concurrent_builds,
        "weight": tier.weight,
        "most_builds": tier.most_builds,
        **changes,
    }
    return tier_settings.edit_tier(context, who, tier.name, now=datetime.now(UTC), **wanted)


def version(admin: Context) -> int:
    return admin.scheduling.read()[0].settings_version


def entries(admin: Context, subject: str, since: datetime) -> list[tuple[str, str, str, str]]:
    return [
        (entry.actor, entry.action, entry.before, entry.after)
        for entry in remembered_of(admin, subject)
        if entry.at >= since
    ]


def test_an_edited_tier_is_kept_remembered_and_told_to_dispatches(admin: Context, portal: Context):
    begun, before = datetime.now(UTC), version(admin)
    tier = edited(portal, BASIC, max_concurrent_builds=3, weight=1.5, most_builds=6)
    assert tier == replace(BASIC, max_concurrent_builds=3, weight=1.5, most_builds=6)
    assert admin.tiers.get("basic") == tier
    assert tier_settings.settings(portal, PAT) == ((tier, STANDARD, PREMIUM), SchedulingPolicy())
    assert version(admin) == before + 1
    assert entries(admin, "tier basic", begun) == [
        (
            "Pat",
            Action.EDIT_TIER,
            "builds at once: 2, weight: 1, builds with borrowed slots: no limit",
            "builds at once: 3, weight: 1.5, builds with borrowed slots: 6",
        )
    ]
    assert edited(portal, tier, most_builds=None).most_builds is None
    assert admin.tiers.get("basic").most_builds is None


def test_what_changes_nothing_is_not_remembered(admin: Context, portal: Context):
    begun, before = datetime.now(UTC), version(admin)
    assert edited(portal, BASIC) == BASIC
    assert tier_settings.resume_tier(portal, PAT, "basic", now=begun) == BASIC
    assert version(admin) == before
    assert entries(admin, "tier basic", begun) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"max_concurrent_builds": 9}, "21 builds at once .basic 9, standard 4, premium 8., more"),
        ({"max_concurrent_builds": 0}, "has 0 builds at once: give at least 1, or pause"),
        ({"weight": -1.0}, r"has weight -1: give 0\.01 to 100"),
        ({"weight": float("nan")}, "has weight nan"),
        ({"weight": float("inf")}, "has weight inf"),
        ({"most_builds": 21}, "may run 21 builds with borrowed slots, more than the account's 20"),
        ({"most_builds": 1}, "fewer than its own 2"),
    ],
)
def test_limits_that_make_no_sense_are_refused_and_nothing_is_changed(
    admin: Context, portal: Context, changes: dict[str, Any], sentence: str
):
    begun, before = datetime.now(UTC), version(admin)
    with pytest.raises(Invalid, match=sentence):
        edited(portal, BASIC, **changes)
    assert (admin.tiers.get("basic"), version(admin)) == (BASIC, before)
    assert entries(admin, "tier basic", begun) == []


def test_an_unknown_tier_is_named_with_those_there_are(portal: Context):
    with pytest.raises(NotFound, match="no tier 'gold': choose one of basic, standard, premium"):
        edited(portal, replace(BASIC, name="gold"))
    with pytest.raises(NotFound, match="no tier 'gold'"):
        tier_settings.pause_tier(portal, PAT, "gold", now=NOW)


def test_of_two_edits_that_do_not_fit_together_one_is_refused(admin: Context, portal: Context):
    def raised(tier: Tier) -> BackendError | Tier:
        try:
            return edited(portal, tier, max_concurrent_builds=tier.max_concurrent_builds + 5)
        except BackendError as refusal:
            return refusal

    with ThreadPoolExecutor(3) as providers:
        outcomes = list(providers.map(raised, TIERS))
    assert [type(outcome) for outcome in outcomes].count(Tier) == 1
    assert [type(outcome) for outcome in outcomes].count(Invalid) == 2
    assert sum(tier.max_concurrent_builds for tier in admin.tiers.all()) == 19


def test_of_two_providers_edits_of_one_tier_both_are_kept(admin: Context, portal: Context):
    with ThreadPoolExecutor(2) as providers:
        first = providers.submit(edited, portal, BASIC, PAT, max_concurrent_builds=4, seen=BASIC)
        second = providers.submit(edited, portal, BASIC, KIM, weight=2.5, seen=BASIC)
        assert {first.result().name, second.result().name} == {"basic"}
    assert admin.tiers.get("basic") == replace(BASIC, max_concurrent_builds=4, weight=2.5)


def test_a_setting_changed_since_it_was_read_is_not_written_over(admin: Context):
    state, _ = admin.scheduling.read()
    admin.scheduling.settings_changed()
    with pytest.raises(Conflict):
        admin.policy.change(BASIC, replace(BASIC, weight=9.0), since=state)
    with pytest.raises(Conflict):
        admin.policy.change(SchedulingPolicy(), SchedulingPolicy(reserve=1), since=state)
    assert admin.tiers.get("basic") == BASIC
    assert admin.policy.get() == SchedulingPolicy()


def test_a_paused_tiers_builds_start_when_it_is_resumed(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    begun = datetime.now(UTC)
    assert tier_settings.pause_tier(portal, PAT, "standard", now=begun).paused
    tenant = new_tenant("standard")
    build_id = put(portal, tenant, table(), LINEAR)
    until(admin, tenant, build_id, lambda build: build.state is BuildState.WAITING)
    admin.functions.sweep()
    assert admin.builds.get(tenant.tenant_id, build_id).state is BuildState.WAITING
    with clocks_stopped(admin):
        resumed = tier_settings.resume_tier(portal, KIM, "standard", now=datetime.now(UTC))
        assert resumed == STANDARD
        until(admin, tenant, build_id, lambda build: build.state is not BuildState.WAITING)
    assert entries(admin, "tier standard", begun) == [
        ("Kim", Action.RESUME_TIER, "paused: on", "paused: off"),
        ("Pat", Action.PAUSE_TIER, "paused: off", "paused: on"),
    ]
    assert until(admin, tenant, build_id).state is BuildState.SUCCEEDED


def test_an_edited_policy_is_kept_and_remembered(admin: Context, portal: Context):
    begun, before = datetime.now(UTC), version(admin)
    policy = tier_settings.edit_policy(
        portal, PAT, account_limit=30, lending=False, reserve=2, now=begun
    )
    assert policy == SchedulingPolicy(account_limit=30, lending=False, reserve=2)
    assert admin.policy.get() == policy
    assert version(admin) == before + 1
    assert entries(admin, "the policy", begun) == [
        (
            "Pat",
            Action.EDIT_POLICY,
            "account's limit: 20, lending: on, reserve: 0",
            "account's limit: 30, lending: off, reserve: 2",
        )
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"account_limit": 13}, "The tiers want 14 builds at once"),
        ({"account_limit": 0}, "The account's limit is 0"),
        ({"reserve": -1}, "The reserve is -1 slots"),
        ({"reserve": 14}, "leaves none of 14 slots to lend"),
    ],
)
def test_a_policy_the_tiers_do_not_fit_is_refused(
    admin: Context, portal: Context, changes: dict[str, int], sentence: str
):
    wanted: dict[str, Any] = {"account_limit": 20, "lending": True, "reserve": 0, **changes}
    with pytest.raises(Invalid, match=sentence):
        tier_settings.edit_policy(portal, PAT, now=NOW, **wanted)
    assert admin.policy.get() == SchedulingPolicy()


def test_a_tenants_people_set_nothing(portal: Context):
    ana = Principal("ana", "Ana", Role.TENANT, "acme")
    tries: list[Callable[[], Any]] = [
        lambda: tier_settings.settings(portal, ana),
        lambda: edited(portal, BASIC, ana, weight=2.0),
        lambda: tier_settings.pause_tier(portal, ana, "basic", now=NOW),
        lambda: tier_settings.resume_tier(portal, ana, "basic", now=NOW),
        lambda: tier_settings.edit_policy(
            portal, ana, account_limit=20, lending=False, reserve=0, now=NOW
        ),
    ]
    for one in tries:
        with pytest.raises(Forbidden):
            one()
