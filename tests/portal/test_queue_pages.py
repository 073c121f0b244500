"""What the provider sees of the lines and does to them: queues, dead letters, tiers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend import tier_settings
from backend.context import Context
from backend.domain.audit import Action
from backend.domain.build import Build, BuildState
from backend.domain.dead_letter import DeadLetter
from backend.domain.tenant import Tenant
from tests.portal import made
from tests.portal.conftest import PAT, Visit, labelled, said


@pytest.fixture
def held(portal: Context, new_tenant: Callable[..., Tenant]) -> Iterator[Tenant]:
    """A tenant whose builds wait, as its tier is paused."""
    tier_settings.pause_tier(portal, PAT, "premium", now=datetime.now(UTC))
    yield new_tenant("premium")
    tier_settings.resume_tier(portal, PAT, "premium", now=datetime.now(UTC))


def again(admin: Context, build: Build) -> Build:
    return admin.builds.get(build.tenant_id, build.build_id)


def test_queues_show_each_tier_against_its_limit(visit: Visit) -> None:
    app = visit(PAT, "provider/queues.py")
    told = said(app.caption)
    assert all(words in told for words in ("0 of 2 own", "0 of 4 own", "0 of 8 own"))
    assert "0 of 14 slots running, 14 free" in said(app.markdown)
    assert "account limit 20 · lending on · reserve 0" in said(app.markdown)
    assert len(app.get("plotly_chart")) == 5


def test_the_head_of_a_line_says_who_waits_and_why(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    made.build(admin, held, BuildState.WAITING, file_name="first-*x*.csv")
    app = visit(PAT, "provider/queues.py", tier="Premium")
    assert "first-*x*.csv" in said(app.markdown)
    assert "tier paused by the provider" in said(app.markdown)
    assert "Next in basic" not in said(app.markdown)


def test_a_tier_nobody_knows_in_the_address_shows_all(visit: Visit) -> None:
    app = visit(PAT, "provider/queues.py", tier="../../x")
    assert all(f"Next in {name}" in said(app.markdown) for name in ("basic", "premium"))


def test_a_tier_is_paused_and_resumed_where_it_is_shown(visit: Visit, admin: Context) -> None:
    app = visit(PAT, "provider/queues.py")
    app.button(key="pause-tier-basic").click().run()
    assert admin.tiers.get("basic").paused
    assert "Nothing of this tier starts" in said(app.error)
    assert app.button(key="pause-tier-basic").label == "Resume"
    app.button(key="pause-tier-basic").click().run()
    assert not admin.tiers.get("basic").paused
    assert not app.error


def test_a_build_is_moved_to_the_front_after_a_question_and_that_is_remembered(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    made.build(admin, held, BuildState.WAITING, file_name="first.csv", minutes_ago=9)
    later = made.build(admin, held, BuildState.WAITING, file_name="later.csv", minutes_ago=1)
    app = visit(PAT, "provider/queues.py", tier="Premium")
    app.button(key=f"front-{later.build_id}").click().run()
    assert again(admin, later).moved_to_front_at is None
    app.button(key=f"Move to the front-{later.build_id}").click().run()
    assert again(admin, later).moved_to_front_at is not None
    assert "later.csv is first in line now" in said(app.toast)
    premium = admin.tiers.get("premium")
    assert admin.builds.waiting_of(premium, limit=1)[0].build_id == later.build_id
    remembered = admin.audit.latest(5, today=datetime.now(UTC).date(), days=1)
    assert Action.MOVE_TO_FRONT in [entry.action for entry in remembered]


def test_a_waiting_build_is_cancelled_once_however_often_one_presses(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    build = made.build(admin, held, BuildState.WAITING, file_name="mine.csv")
    app = visit(PAT, "provider/queues.py", tier="Premium")
    app.button(key=f"cancel-{build.build_id}").click().run()
    confirmed = app.button(key=f"Cancel the build-{build.build_id}")
    confirmed.click().run()
    cancelled = again(admin, build)
    assert cancelled.state is BuildState.STOPPED
    assert cancelled.reason == "Cancelled by Pat Lindqvist."
    assert "mine.csv is cancelled" in said(app.toast)
    assert f"cancel-{build.build_id}" not in [button.key for button in app.button]


def test_a_build_that_has_just_started_is_not_cancelled_and_the_page_stands(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    build = made.build(admin, held, BuildState.WAITING, file_name="quick.csv")
    app = visit(PAT, "provider/queues.py", tier="Premium")
    app.button(key=f"cancel-{build.build_id}").click().run()
    admin.builds.move(build, build.starting(slot=99))
    app.button(key=f"Cancel the build-{build.build_id}").click().run()
    assert again(admin, build).state is BuildState.STARTING
    assert "has started already: stop it instead" in said(app.toast)
    assert len(app.get("plotly_chart")) == 5


def test_a_running_build_is_stopping_until_it_has_stopped(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    build = made.build(admin, held, BuildState.STARTING, file_name="long.csv")
    app = visit(PAT, "provider/queues.py", tier="Premium")
    app.button(key=f"stop-{build.build_id}").click().run()
    app.button(key=f"Stop the build-{build.build_id}").click().run()
    assert again(admin, build).stop_requested_at is not None
    assert "Stopping" in said(app.markdown)
    assert f"stop-{build.build_id}" not in [button.key for button in app.button]


def test_a_sweep_on_demand_says_what_it_has_found(visit: Visit) -> None:
    app = visit(PAT, "provider/queues.py")
    app.button(key="sweep").click().run(timeout=60)
    assert "Swept" in said(app.toast)
    assert "Last sweep just now" in said(app.markdown)


def letter(admin: Context, body: str) -> None:
    now = datetime.now(UTC)
    sent = DeadLetter("before", "premium", body, now, reason=f"Unreadable: {body}.", failed_at=now)
    admin.queues.set_aside(sent)


def test_the_dead_letters_of_a_tier_open_from_the_queues(visit: Visit, admin: Context) -> None:
    letter(admin, "lost")
    app = visit(PAT, "provider/queues.py", tier="Basic")
    app.button(key="letters-premium").click().run()
    assert not app.exception
    assert "Unreadable: lost." in said(app.markdown)
    lost = admin.queues.look_at_dead_letters("premium", limit=9)
    admin.queues.discard("premium", {one.message_id for one in lost})


def test_dead_letters_are_discarded_after_a_question(visit: Visit, admin: Context) -> None:
    letter(admin, "one")
    letter(admin, "two")
    app = visit(PAT, "provider/dead_letters.py", queue="premium")
    assert "Unreadable: one." in said(app.markdown)
    assert labelled(app.button, "Discard …").disabled
    app.checkbox(key="all-letters").check().run()
    labelled(app.button, "Discard 2…").click().run()
    assert admin.queues.dead_letters("premium") == 2
    app.button(key="discard-confirmed").click().run()
    assert "2 messages discarded" in said(app.toast)
    assert "has no dead letters" in said(app.success)


def test_a_dead_letter_somebody_else_has_dealt_with_is_not_counted(
    visit: Visit, admin: Context
) -> None:
    letter(admin, "mine")
    letter(admin, "taken")
    app = visit(PAT, "provider/dead_letters.py", queue="premium")
    app.checkbox(key="all-letters").check().run()
    labelled(app.button, "Discard 2…").click().run()
    [taken] = [
        one for one in admin.queues.look_at_dead_letters("premium", limit=9) if one.body == "taken"
    ]
    admin.queues.discard("premium", frozenset({taken.message_id}))
    app.button(key="discard-confirmed").click().run()
    assert "1 message discarded. 1 other had been dealt with before." in said(app.toast)


def test_one_dead_letter_is_sent_again(visit: Visit, admin: Context) -> None:
    letter(admin, "again")
    app = visit(PAT, "provider/dead_letters.py", queue="premium")
    app.checkbox[0].check().run()
    app.button(key="redrive").click().run()
    assert "1 message sent to the premium tier's queue again" in said(app.toast)
    remembered = admin.audit.latest(9, today=datetime.now(UTC).date(), days=1)
    assert Action.REDRIVE in [entry.action for entry in remembered]


def test_dead_letters_of_no_tier_are_a_sentence(visit: Visit) -> None:
    app = visit(PAT, "provider/dead_letters.py", queue="<b>nonsense")
    assert "There is no tier '<b>nonsense'" in said(app.error)


def test_the_effect_of_the_settings_is_stated(visit: Visit) -> None:
    app = visit(PAT, "provider/tiers.py")
    assert "14 of 20** of the account's executions are given to tiers" in said(app.markdown)


def test_a_limit_beyond_the_accounts_is_refused_and_nothing_typed_is_lost(
    visit: Visit, admin: Context
) -> None:
    app = visit(PAT, "provider/tiers.py")
    app.number_input[2].set_value(50)
    save = app.button(key="save-basic")
    save.click().run()
    assert "more than the account's 20" in said(app.error)
    assert app.number_input[2].value == 50
    assert len(app.number_input) == 2 + 3 * 3
    assert admin.tiers.get("basic").max_concurrent_builds == 2


def test_the_policy_is_saved_and_the_effect_follows(visit: Visit, admin: Context) -> None:
    before = admin.policy.get()
    app = visit(PAT, "provider/tiers.py")
    labelled(app.number_input, "Account limit").set_value(16)
    labelled(app.number_input, "Reserve").set_value(1)
    labelled(app.button, "Save").click().run()
    try:
        assert admin.policy.get() == replace(before, account_limit=16, reserve=1)
        assert "14 of 16" in said(app.markdown)
        assert "1 idle slot is kept for tiers under quota" in said(app.markdown)
    finally:
        tier_settings.edit_policy(
            admin, PAT, account_limit=20, lending=True, reserve=0, now=datetime.now(UTC)
        )
