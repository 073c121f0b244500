"""What becomes of messages, one of which alone may be no good."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend import dead_letters
from backend.aws.rows import to_row
from backend.context import Context
from backend.domain import naming
from backend.domain.build import BuildState
from backend.domain.dead_letter import DeadLetter
from backend.domain.principal import Principal, Role
from backend.domain.scheduling import Slot
from backend.domain.tenant import Tenant, TenantStatus
from backend.situation import situation_of
from tests.integration.estate import without
from tests.integration.lines import paused
from tests.integration.messages import eventually, invoke_intake, message_of

PAT = Principal("pat", "Pat", Role.PROVIDER)
DONE = {"batchItemFailures": []}
NewTenants = Callable[..., Tenant]


def letter(portal: Context, body: str, tier: str = "basic") -> DeadLetter:
    """The tier's only dead letter with this body."""
    (found,) = (
        one for one in dead_letters.list_dead_letters(portal, PAT, tier) if one.body == body
    )
    return found


def test_a_message_that_names_no_build_is_a_dead_letter_at_once(admin: Context, portal: Context):
    assert invoke_intake(admin, "no json") == DONE
    found = letter(portal, "no json")
    assert "asks for no build" in found.reason
    assert "'no json'" in found.reason
    assert found.failed_at is not None
    assert (found.tenant_id, found.file, found.received_count) == (None, None, 1)


def test_a_message_of_an_unknown_tenant_is_a_dead_letter_of_its_own_tier(
    admin: Context, portal: Context, new_tenant: NewTenants
):
    body = message_of(new_tenant("basic"), tenant_id="nobody")
    assert invoke_intake(admin, body, tier="standard") == DONE
    found = letter(portal, body, "standard")
    assert found.reason == "There is no tenant 'nobody': onboard it first."
    assert (found.tenant_id, found.file) == ("nobody", "a.csv")


@pytest.mark.parametrize("body", ["[" * 50_000, '{"tenant_id": "\\ud800"}', "null", " "])
def test_no_garbage_is_more_than_a_dead_letter(admin: Context, portal: Context, body: str):
    assert invoke_intake(admin, body) == DONE
    assert "asks for no build" in letter(portal, body).reason


def test_a_message_that_cannot_be_set_aside_stays_on_the_queue(
    admin: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    more_than_sqs_takes = "x" * (1 << 20 | 1)
    answer = invoke_intake(admin, "no json either", more_than_sqs_takes, message_of(tenant))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    [build] = admin.builds.of_tenant(tenant.tenant_id, limit=9)
    assert build.state is BuildState.REJECTED


def test_a_message_that_names_anothers_bucket_is_a_rejected_build(
    admin: Context, new_tenant: NewTenants
):
    mine, theirs = new_tenant("basic"), new_tenant("basic")
    body = message_of(theirs, tenant_id=mine.tenant_id)
    assert invoke_intake(admin, body) == DONE
    [build] = admin.builds.of_tenant(mine.tenant_id, limit=9)
    assert build.state is BuildState.REJECTED
    assert build.reason == (
        f"Bucket {theirs.bucket} is not tenant {mine.tenant_id}'s: upload to {mine.bucket}."
    )
    assert admin.builds.of_tenant(theirs.tenant_id, limit=9) == []


def test_a_message_of_an_offboarded_tenant_is_a_rejected_build(
    admin: Context, new_tenant: NewTenants
):
    tenant = new_tenant("basic")
    admin.tenants.save(tenant, replace(tenant, status=TenantStatus.OFFBOARDED))
    assert invoke_intake(admin, message_of(tenant)) == DONE
    [build] = admin.builds.of_tenant(tenant.tenant_id, limit=9)
    assert build.state is BuildState.REJECTED
    assert build.reason == f"Tenant {tenant.tenant_id} is Offboarded: ask your provider."


def test_what_waits_for_intake_is_set_aside_within_seconds(admin: Context, portal: Context):
    sqs = admin.session.client("sqs")
    queue = sqs.get_queue_url(QueueName="mlaas-premium")["QueueUrl"]
    body = json.dumps({"from": "a queue"})
    sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId="acme")
    found = eventually(lambda: letter(portal, body, "premium"))
    assert (found.tenant_id, found.group) == ("acme", "acme")
    assert admin.queues.depth("premium") == 0


def test_nothing_taken_in_is_no_reason_to_dispatch(admin: Context, new_tenant: NewTenants):
    foreign = message_of(new_tenant("basic"), bucket="another")
    with without(admin, naming.INTAKE_FUNCTION, "intake", "AskForDispatch"):
        assert invoke_intake(admin, "no json to dispatch", foreign) == DONE


def test_a_build_that_joins_while_no_slot_is_free_calls_for_no_dispatch(
    admin: Context, new_tenant: NewTenants
):
    tenant, now = new_tenant("basic"), datetime.now(UTC)
    s3, key = admin.session.client("s3"), "uploads/late.csv"
    admin.session.client("events").disable_rule(Name=naming.rule_of(tenant.tenant_id))
    with paused(admin, "basic"):
        put = s3.put_object(Bucket=tenant.bucket, Key=key, Body=b"a,b\n1,2\n")
        body = message_of(tenant, key=key, version_id=put["VersionId"], size=8)
        busy = [
            Slot(number, "basic", tenant.tenant_id, f"busy-{number}", now)
            for number in range(situation_of(admin, now=now).slots)
        ]
        table = admin.session.table(naming.SLOTS_TABLE)
        for slot in busy:
            table.put_item(Item=to_row(slot))
        with without(admin, naming.INTAKE_FUNCTION, "intake", "AskForDispatch"):
            assert invoke_intake(admin, body) == DONE
        for slot in busy:
            admin.scheduling.release_slot(slot)
        [build] = admin.builds.of_tenant(tenant.tenant_id, limit=9)
        assert build.state is BuildState.WAITING
        admin.builds.move(build, build.ended(BuildState.STOPPED, at=now, reason="Cancelled."))
