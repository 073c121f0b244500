"""What a tenant's people see: their own builds, models and uploads, in words."""

import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend import upload
from backend.context import Context
from backend.domain import naming
from backend.domain.build import BuildState
from backend.domain.choices import Choices
from backend.domain.errors import Invalid
from backend.domain.model_version import ApprovalStatus
from backend.domain.tenant import Tenant
from backend.domain.tier import MIB, InstanceForSize
from portal import uploading
from portal.components.s3_uploader import ChosenFile, Uploading
from tests.portal import made
from tests.portal.conftest import Visit, mara_of, said

CHURN = ChosenFile("churn.csv", 9, "text/csv", "age,churn\n")
MORE = ChosenFile("more.csv", 4, "text/csv", "age,churn\n")


@pytest.fixture
def fresh(new_tenant: Callable[..., Tenant]) -> Tenant:
    """A tenant nobody else touches."""
    return new_tenant("standard")


@pytest.fixture
def held(admin: Context, fresh: Tenant) -> Tenant:
    """A tenant nobody else touches, whose builds wait: the provider has paused it."""
    paused = admin.tenants.save(fresh, replace(fresh, paused=True))
    admin.scheduling.settings_changed()
    return paused


def test_the_first_visit_leads_to_the_first_build(visit: Visit, fresh: Tenant) -> None:
    app = visit(mara_of(fresh))
    assert app.title[0].value == "Home"
    assert "Your first model in three steps" in said(app.markdown)
    assert "Upload a file" in [button.label for button in app.button]


def test_home_names_what_needs_attention(visit: Visit, admin: Context, fresh: Tenant) -> None:
    done = made.build(admin, fresh, BuildState.SUCCEEDED, minutes_ago=20)
    made.model(admin, fresh, done.build_id)
    made.build(admin, fresh, BuildState.FAILED, reason="Column 'churn' is not in the file.")
    app = visit(mara_of(fresh))
    assert "Column 'churn' is not in the file." in said(app.error)
    assert {metric.label: metric.value for metric in app.metric}["Models to decide on"] == "1"
    assert "1 model version" in said(app.markdown)


def test_builds_are_the_tenants_own_the_newest_first(
    visit: Visit, admin: Context, held: Tenant, other: Tenant
) -> None:
    made.build(admin, held, BuildState.SUCCEEDED, file_name="old.csv", minutes_ago=90)
    made.build(admin, held, BuildState.WAITING, file_name="new.csv", minutes_ago=1)
    made.build(admin, other, BuildState.FAILED, file_name="foreign.csv")
    shown = visit(mara_of(held), "tenant/builds.py").dataframe[0].value
    assert list(shown["File"]) == ["new.csv", "old.csv"]
    assert shown["What happened"][0].endswith("in line, your builds are paused by the provider")
    assert shown["What happened"][1] == "27.9 % better than the baseline"


def test_a_waiting_build_says_where_it_stands_and_is_cancelled(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    build = made.build(admin, held, BuildState.WAITING)
    home = visit(mara_of(held))
    assert "churn.csv: " in said(home.info)
    assert "your builds are paused by the provider" in said(home.info)
    app = visit(mara_of(held), "tenant/build.py", id=build.build_id)
    assert "in line · your builds are paused by the provider" in said(app.info)
    app.button(key=f"cancel-{build.build_id}").click().run()
    assert admin.builds.get(held.tenant_id, build.build_id).state is BuildState.STOPPED
    assert "Cancelled by Mara Okafor" in said(app.warning)


def test_a_build_that_has_just_started_is_not_cancelled_and_the_page_stands(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    build = made.build(admin, held, BuildState.WAITING)
    app = visit(mara_of(held), "tenant/build.py", id=build.build_id)
    current = admin.builds.get(held.tenant_id, build.build_id)
    admin.builds.move(current, current.starting(slot=98))
    app.button(key=f"cancel-{build.build_id}").click().run()
    assert "has started already: stop it instead" in said(app.toast)
    assert app.title[0].value == "churn\\.csv"
    assert f"stop-{build.build_id}" in [button.key for button in app.button]


def test_a_running_build_is_stopping_until_it_has_stopped(
    visit: Visit, admin: Context, fresh: Tenant
) -> None:
    build = made.build(admin, fresh, BuildState.STARTING)
    app = visit(mara_of(fresh), "tenant/build.py", id=build.build_id)
    app.button(key=f"stop-{build.build_id}").click().run()
    app.button(key=f"stop-it-{build.build_id}").click().run()
    assert "Stopping" in said(app.markdown)
    assert "is Stopped once SageMaker says so" in said(app.warning)
    listed = visit(mara_of(fresh), "tenant/builds.py").dataframe[0].value
    assert listed["State"][0] == ["Stopping"]


def test_a_failed_build_is_tried_again_and_both_lead_to_each_other(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    failed = made.build(admin, held, BuildState.FAILED, reason="No rows are left.")
    s3 = admin.session.client("s3")
    s3.put_object(Bucket=held.bucket, Key=failed.input_key, Body=b"age,churn")
    app = visit(mara_of(held), "tenant/build.py", id=failed.build_id)
    app.button(key=f"again-{failed.build_id}").click().run()
    retry = naming.retry_id_of(failed.build_id)
    assert app.query_params["id"] == retry
    assert "see that one" in app.get("page_link")[1].proto.label
    assert admin.builds.get(held.tenant_id, retry).retry_of == failed.build_id
    back = visit(mara_of(held), "tenant/build.py", id=failed.build_id)
    assert "It was tried again and is waiting" in back.get("page_link")[1].proto.label
    assert f"again-{failed.build_id}" not in [button.key for button in back.button]


def test_what_cannot_be_tried_again_says_why_and_the_page_stands(
    visit: Visit, admin: Context, held: Tenant
) -> None:
    failed = made.build(admin, held, BuildState.FAILED, reason="No rows are left.")
    app = visit(mara_of(held), "tenant/build.py", id=failed.build_id)
    app.button(key=f"again-{failed.build_id}").click().run()
    assert f"The input of build {failed.build_id} is gone: upload it again" in said(app.error)
    assert "No rows are left" in said(app.error)


def test_the_filter_stands_in_the_address(visit: Visit, admin: Context, fresh: Tenant) -> None:
    made.build(admin, fresh, BuildState.SUCCEEDED, file_name="good.csv")
    made.build(admin, fresh, BuildState.FAILED, file_name="bad.csv", reason="No rows.")
    app = visit(mara_of(fresh), "tenant/builds.py", state="Failed")
    assert list(app.dataframe[0].value["File"]) == ["bad.csv"]
    app.multiselect(key="state").set_value([BuildState.STOPPED]).run()
    assert "No builds match this filter" in said(app.info)


def test_without_builds_the_list_says_what_to_do(visit: Visit, fresh: Tenant) -> None:
    app = visit(mara_of(fresh), "tenant/builds.py")
    assert "Upload a file and the first one starts by itself" in said(app.info)


def test_a_build_shows_its_figures_and_steps(visit: Visit, admin: Context, fresh: Tenant) -> None:
    build = made.build(admin, fresh, BuildState.SUCCEEDED)
    app = visit(mara_of(fresh), "tenant/build.py", id=build.build_id)
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Better than the baseline"] == "27.9 %"
    assert figures["Rows read"] == "7,043"
    table = app.table[0].value
    assert list(table["Metric"]) == ["AUC", "Accuracy", "Log loss"]
    assert set(table["Better"]) == {"Model"}
    assert "Preprocess** · 2 s" in said(app.markdown)
    assert "customerID' looks like an id" in said(app.markdown)
    assert len(app.get("plotly_chart")) == 2


def test_a_failed_build_says_why(visit: Visit, admin: Context, fresh: Tenant) -> None:
    reason = "Column 'Churn?' is not in the file: choose one of age, city."
    build = made.build(admin, fresh, BuildState.FAILED, reason=reason)
    app = visit(mara_of(fresh), "tenant/build.py", id=build.build_id)
    assert said(app.error) == reason


def test_another_tenants_build_is_not_there(
    visit: Visit, admin: Context, fresh: Tenant, other: Tenant
) -> None:
    foreign = made.build(admin, other, BuildState.SUCCEEDED)
    app = visit(mara_of(fresh), "tenant/build.py", id=foreign.build_id)
    assert f"There is no build {foreign.build_id}" in said(app.error)
    assert not app.metric


def test_a_version_waits_for_its_decision_and_can_be_downloaded(
    visit: Visit, admin: Context, fresh: Tenant
) -> None:
    build = made.build(admin, fresh, BuildState.SUCCEEDED)
    made.model(admin, fresh, build.build_id)
    app = visit(mara_of(fresh), "tenant/models.py")
    assert "Version 1" in said(app.markdown)
    assert "Waiting for approval" in said(app.markdown)
    assert f"/{fresh.bucket}/builds/{build.build_id}/model" in app.link_button[0].url
    app.button(key="approve-1").click().run()
    assert "Approve" in [button.label for button in app.button]
    assert app.text_area(key="comment").label == "Why"


def test_a_decided_version_tells_the_decision(visit: Visit, admin: Context, fresh: Tenant) -> None:
    arn = made.model(admin, fresh, "0" * 32)
    admin.registry.decide(arn, ApprovalStatus.REJECTED, "Too *few* rows (Mara)")
    app = visit(mara_of(fresh), "tenant/models.py")
    assert "Rejected" in said(app.markdown)
    assert "Too *few* rows (Mara)" in said(app.markdown)
    assert "reject-1" not in [button.key for button in app.button]


def test_many_versions_are_turned_over_in_sheets(
    visit: Visit, admin: Context, fresh: Tenant
) -> None:
    for number in range(9):
        made.model(admin, fresh, f"{number:032x}")
    app = visit(mara_of(fresh), "tenant/models.py")
    assert len(app.link_button) == 8
    assert "Version 9" in said(app.markdown)


def test_the_upload_page_offers_the_uploader(visit: Visit, fresh: Tenant) -> None:
    app = visit(mara_of(fresh), "tenant/upload.py")
    assert len(app.get("bidi_component")) == 1
    assert "up to 1 GiB" in said(app.caption)


def chosen(monkeypatch: pytest.MonkeyPatch, *files: ChosenFile) -> None:
    """Plays the browser in which these files are chosen; a script reads the name at each run."""
    told = Uploading(files)
    monkeypatch.setattr("portal.components.s3_uploader.s3_uploader", lambda **_: told)


def test_what_a_build_will_cost_is_told_before_it_is_asked_for(
    visit: Visit, fresh: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(monkeypatch, CHURN)
    app = visit(mara_of(fresh), "tenant/upload.py")
    assert "The build should cost about" in said(app.markdown)
    assert "before tax and discounts" in said(app.markdown)
    once = next(text.value for text in app.markdown if "should cost" in text.value)
    app.toggle(key="tuned").set_value(True).run()
    tuned = next(text.value for text in app.markdown if "should cost" in text.value)
    assert once != tuned


def test_several_files_are_told_together(
    visit: Visit, fresh: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(monkeypatch, CHURN, MORE)
    app = visit(mara_of(fresh), "tenant/upload.py")
    assert "The 2 builds should cost about" in said(app.markdown)


def test_an_instance_without_a_price_keeps_nobody_from_uploading(
    visit: Visit, admin: Context, fresh: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    standard = admin.tiers.get("standard")
    admin.tiers.save(replace(standard, instances=(InstanceForSize(MIB, "ml.x9.huge"),)))
    chosen(monkeypatch, CHURN)
    try:
        app = visit(mara_of(fresh), "tenant/upload.py")
    finally:
        admin.tiers.save(standard)
    assert "'ml.x9.huge' has no price" in said(app.error)
    assert "Upload and start the build" in [button.label for button in app.button]


def test_an_unfinished_upload_is_offered_and_can_be_discarded(
    visit: Visit, portal: Context, fresh: Tenant
) -> None:
    mara = mara_of(fresh)
    now = datetime.now(UTC)
    uploading.begin(portal, mara, uploading.Turn(), (CHURN,), Choices(), now=now)
    app = visit(mara, "tenant/upload.py")
    assert "churn.csv" in said(app.markdown)
    next(button for button in app.button if button.label == "Discard").click().run()
    assert upload.unfinished(portal, mara) == []
    assert "churn.csv" not in said(app.markdown)


def send(turn: uploading.Turn, content: bytes) -> str:
    """Plays the browser; returns the id of the upload that has now arrived."""
    assert turn.sending is not None
    _, ticket = turn.sending
    request = urllib.request.Request(ticket.urls[0], data=content, method="PUT")
    with urllib.request.urlopen(request, timeout=10):
        return ticket.upload_id


def test_files_are_sent_in_turn_and_each_is_completed(portal: Context, fresh: Tenant) -> None:
    mara, now = mara_of(fresh), datetime.now(UTC)
    turn = uploading.begin(portal, mara, uploading.Turn(), (CHURN, MORE), Choices(), now=now)
    arrived = Uploading((), finished=send(turn, b"age,churn"))
    turn = uploading.settle(portal, mara, turn, arrived, now=now)
    assert turn.sent == ("churn.csv",)
    arrived = Uploading((), finished=send(turn, b"more"))
    turn = uploading.settle(portal, mara, turn, arrived, now=now)
    assert turn.sent == ("churn.csv", "more.csv")
    assert turn.sending is None
    assert upload.unfinished(portal, mara) == []


def test_the_browsers_word_is_not_enough(portal: Context, fresh: Tenant) -> None:
    mara, now = mara_of(fresh), datetime.now(UTC)
    turn = uploading.begin(portal, mara, uploading.Turn(), (CHURN,), Choices(), now=now)
    assert turn.sending is not None
    claimed = Uploading((), finished=turn.sending[1].upload_id)
    with pytest.raises(Invalid, match="0 of 9 bytes have arrived"):
        uploading.settle(portal, mara, turn, claimed, now=now)


def test_cancelling_leaves_nothing_behind(portal: Context, fresh: Tenant) -> None:
    mara, now = mara_of(fresh), datetime.now(UTC)
    turn = uploading.begin(portal, mara, uploading.Turn(), (CHURN, MORE), Choices(), now=now)
    told = Uploading((), cancelled=send(turn, b"age,churn"))
    turn = uploading.settle(portal, mara, turn, told, now=now)
    assert (turn.sending, turn.waiting, turn.sent) == (None, (), ())
    assert upload.unfinished(portal, mara) == []


def test_expired_links_are_renewed_and_what_arrived_is_kept(portal: Context, fresh: Tenant) -> None:
    mara, now = mara_of(fresh), datetime.now(UTC)
    turn = uploading.begin(portal, mara, uploading.Turn(), (CHURN,), Choices(), now=now)
    told = Uploading((), expired=send(turn, b"age,churn"))
    renewed = uploading.settle(portal, mara, turn, told, now=now)
    assert renewed.sending is not None
    assert renewed.sending[1].done == (1,)
    assert renewed.sending[1].key == naming.UPLOADS + "churn.csv"
