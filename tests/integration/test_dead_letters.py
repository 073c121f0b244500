"""Dead letters: looked at, sent again, discarded; none is lost, whoever dies or clicks twice."""

import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from backend import dead_letters
from backend.aws.queues import Queues
from backend.aws.session import AwsSession
from backend.context import Context
from backend.domain.audit import Action
from backend.domain.build import BuildState
from backend.domain.dead_letter import GIVEN_UP, DeadLetter
from backend.domain.errors import Forbidden, NotFound
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from tests.cloud import REGION, Cloud
from tests.integration.messages import eventually, message_of
from tests.integration.roles import ACCOUNT, allow, role

PAT = Principal("pat", "Pat", Role.PROVIDER)
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def a_letter(tier: str, body: str, *, minutes_old: int = 0) -> DeadLetter:
    return DeadLetter(
        message_id="before",
        tier=tier,
        body=body,
        sent_at=NOW - timedelta(minutes=minutes_old),
        reason="Nobody can read this.",
        failed_at=NOW,
        received_count=1,
        group="acme",
    )


@pytest.fixture
def quiet(cloud: Cloud) -> Iterator[str]:
    """A tier of queues that nobody else looks into; a message there has one attempt."""
    sqs, tier = cloud.session().client("sqs"), f"quiet-{next(_numbers)}"
    dead = sqs.create_queue(QueueName=f"mlaas-{tier}-dead-letters")["QueueUrl"]
    target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:mlaas-{tier}-dead-letters"
    policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 1})
    queue = sqs.create_queue(QueueName=f"mlaas-{tier}", Attributes={"RedrivePolicy": policy})
    yield tier
    for url in (queue["QueueUrl"], dead):
        sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def queues(cloud: Cloud) -> Queues:
    return Queues(AwsSession(cloud.session()))


def received(cloud: Cloud, tier: str) -> list[dict[str, Any]]:
    """What lies in the tier's queue, taken up once."""
    sqs = cloud.session().client("sqs")
    url = sqs.get_queue_url(QueueName=f"mlaas-{tier}")["QueueUrl"]
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )
    return list(answer.get("Messages", []))


def ids(letters: list[DeadLetter]) -> list[str]:
    return [letter.message_id for letter in letters]


def test_who_looks_sees_each_letter_once_and_leaves_it_there(queues: Queues, quiet: str):
    for number in range(25):
        queues.set_aside(a_letter(quiet, f"letter {number}"))
    first = queues.look_at_dead_letters(quiet, limit=100)
    assert sorted(letter.body for letter in first) == sorted(f"letter {n}" for n in range(25))
    assert sorted(ids(queues.look_at_dead_letters(quiet, limit=100))) == sorted(ids(first))
    assert len(queues.look_at_dead_letters(quiet, limit=7)) == 7


def test_a_letter_keeps_what_intake_knew_of_it(queues: Queues, quiet: str):
    queues.set_aside(a_letter(quiet, "a", minutes_old=90))
    [seen] = queues.look_at_dead_letters(quiet, limit=9)
    assert (seen.reason, seen.failed_at) == ("Nobody can read this.", NOW)
    assert seen.sent_at == NOW - timedelta(minutes=90)
    assert (seen.received_count, seen.group, seen.tier) == (1, "acme", quiet)


def test_what_sqs_has_given_up_says_so_in_words(cloud: Cloud, queues: Queues, quiet: str):
    sqs = cloud.session().client("sqs")
    url = sqs.get_queue_url(QueueName=f"mlaas-{quiet}")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="never", MessageGroupId="acme")
    assert received(cloud, quiet)
    assert received(cloud, quiet) == []
    [seen] = queues.look_at_dead_letters(quiet, limit=9)
    assert (seen.body, seen.reason, seen.failed_at) == ("never", GIVEN_UP, None)
    assert seen.received_count == 5
    assert seen.tenant_id == "acme"


def test_a_redriven_letter_is_the_message_it_was(cloud: Cloud, queues: Queues, quiet: str):
    for body in ("one", "two"):
        queues.set_aside(a_letter(quiet, body))
    chosen = next(one for one in queues.look_at_dead_letters(quiet, limit=9) if one.body == "two")
    assert queues.redrive(quiet, [chosen.message_id]) == [chosen]
    [message] = received(cloud, quiet)
    assert message["Body"] == "two"
    assert message["Attributes"]["MessageGroupId"] == "acme"
    assert "MessageAttributes" not in message
    assert [one.body for one in queues.look_at_dead_letters(quiet, limit=9)] == ["one"]


def test_a_discarded_letter_is_gone_and_its_neighbours_stay(queues: Queues, quiet: str):
    for number in range(15):
        queues.set_aside(a_letter(quiet, f"letter {number}"))
    letters = queues.look_at_dead_letters(quiet, limit=100)
    gone = ids([letters[3], letters[14]])
    assert sorted(ids(queues.discard(quiet, [*gone, "unknown"]))) == sorted(gone)
    left = ids(queues.look_at_dead_letters(quiet, limit=100))
    assert sorted(left) == sorted(set(ids(letters)) - set(gone))


def test_two_clicks_at_once_send_a_letter_once(cloud: Cloud, queues: Queues, quiet: str):
    queues.set_aside(a_letter(quiet, "once"))
    [letter] = queues.look_at_dead_letters(quiet, limit=9)
    with ThreadPoolExecutor(4) as people:
        sent = list(people.map(lambda _: queues.redrive(quiet, [letter.message_id]), range(4)))
    assert sorted(map(len, sent)) == [0, 0, 0, 1]
    assert len(received(cloud, quiet)) == 1
    assert queues.dead_letters(quiet) == 0


def test_who_dies_between_sending_and_deleting_loses_nothing(
    cloud: Cloud, queues: Queues, quiet: str
):
    queues.set_aside(a_letter(quiet, "twice"))
    [letter] = queues.look_at_dead_letters(quiet, limit=9)
    acts = ["ChangeMessageVisibility", "GetQueueUrl", "ReceiveMessage", "SendMessage"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:mlaas-{quiet}*"
    mortal = Queues(AwsSession(role(cloud, quiet, allow([f"sqs:{act}" for act in acts], arn))))
    with pytest.raises(ClientError, match="DeleteMessage"):
        mortal.redrive(quiet, [letter.message_id])
    assert [message["Body"] for message in received(cloud, quiet)] == ["twice"]
    assert ids(queues.look_at_dead_letters(quiet, limit=9)) == [letter.message_id]


def listed(portal: Context, tier: str, *bodies: str) -> list[DeadLetter]:
    """The tier's dead letters with these bodies, in the order a person sees them."""
    letters = dead_letters.list_dead_letters(portal, PAT, tier)
    found = [letter for letter in letters if letter.body in bodies]
    assert {letter.body for letter in found} == set(bodies)
    return found


def test_the_oldest_request_comes_first(admin: Context, portal: Context):
    for minutes, body in ((1, "young"), (60, "old"), (30, "middle")):
        admin.queues.set_aside(a_letter("standard", body, minutes_old=minutes))
    letters = listed(portal, "standard", "young", "old", "middle")
    assert [letter.body for letter in letters] == ["old", "middle", "young"]
    assert dead_letters.discard(portal, PAT, "standard", ids(letters), now=NOW) == 3


def test_a_redriven_request_is_built_once_its_tenant_is_there(
    admin: Context, portal: Context, new_tenant: Callable[..., Tenant]
):
    tenant = new_tenant("standard")
    letter = a_letter("standard", message_of(tenant))
    admin.queues.set_aside(letter)
    [seen] = listed(portal, "standard", letter.body)
    assert (seen.tenant_id, seen.file) == (tenant.tenant_id, "a.csv")
    assert dead_letters.redrive(portal, PAT, "standard", [seen.message_id], now=NOW) == 1

    def the_build() -> Any:
        [build] = admin.builds.of_tenant(tenant.tenant_id, limit=9)
        return build

    build = eventually(the_build)
    assert build.state is BuildState.REJECTED
    assert "is gone: upload the file again" in build.reason


def test_what_is_still_no_good_comes_back_with_its_own_reason(admin: Context, portal: Context):
    admin.queues.set_aside(a_letter("premium", "still no good"))
    [before] = listed(portal, "premium", "still no good")
    dead_letters.redrive(portal, PAT, "premium", [before.message_id], now=NOW)
    [after] = eventually(lambda: listed(portal, "premium", "still no good"))
    assert after.message_id != before.message_id
    assert "asks for no build" in after.reason
    assert after.group == "acme"


@pytest.mark.parametrize("act", [dead_letters.redrive, dead_letters.discard])
def test_a_second_click_is_told_that_nothing_is_left_to_do(
    admin: Context, portal: Context, act: Callable[..., int]
):
    body = f"{act.__name__} it"
    admin.queues.set_aside(a_letter("basic", body))
    chosen = ids(listed(portal, "basic", body))
    assert act(portal, PAT, "basic", chosen, now=datetime.now(UTC)) == 1
    with pytest.raises(NotFound, match="None of the 1 chosen messages is among the dead letters"):
        act(portal, PAT, "basic", chosen, now=datetime.now(UTC))


def test_what_a_provider_does_with_dead_letters_is_remembered(admin: Context, portal: Context):
    admin.queues.set_aside(a_letter("basic", "for the record"))
    now = datetime.now(UTC)
    dead_letters.discard(
        portal, PAT, "basic", ids(listed(portal, "basic", "for the record")), now=now
    )
    entries = portal.audit.latest(50, today=now.date(), days=1)
    [entry] = [one for one in entries if one.at == now]
    assert (entry.actor, entry.action, entry.subject) == ("Pat", Action.DISCARD, "tier basic")
    assert entry.before.startswith("acme, ")
    assert entry.before.endswith(": Nobody can read this.")


def test_only_providers_see_and_touch_dead_letters(portal: Context):
    ana = Principal("ana", "Ana", Role.TENANT, "acme")
    with pytest.raises(Forbidden):
        dead_letters.list_dead_letters(portal, ana, "basic")
    for act in (dead_letters.redrive, dead_letters.discard):
        with pytest.raises(Forbidden):
            act(portal, ana, "basic", ["any"], now=NOW)


def test_an_unknown_tier_is_named(portal: Context):
    with pytest.raises(NotFound, match="There is no tier 'gold'"):
        dead_letters.list_dead_letters(portal, PAT, "gold")
    with pytest.raises(NotFound, match="There is no tier 'gold'"):
        dead_letters.discard(portal, PAT, "gold", ["any"], now=NOW)
