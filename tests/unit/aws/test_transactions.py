"""Writes that others stand in the way of: sent again, but never past a condition."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from backend.aws import session, transactions
from backend.aws.session import AwsSession
from backend.aws.transactions import Contested, write_once_undisturbed
from backend.domain.errors import Unavailable

CONFLICT = {"__type": "TransactionConflictException", "message": "Transaction is ongoing"}
DONE: dict[str, Any] = {}
WRITES: list[Any] = [{"Put": {"TableName": "slots", "Item": {"number": 1}}}]


def cancelled(*codes: str) -> dict[str, Any]:
    return {
        "__type": "TransactionCanceledException",
        "message": "Transaction cancelled",
        "CancellationReasons": [{"Code": code} for code in codes],
    }


class Body:
    def __init__(self, content: dict[str, Any]) -> None:
        self._content = json.dumps(content).encode()

    def stream(self) -> Iterator[bytes]:
        yield self._content


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_CONFLICT_SECONDS", 0.0)
    monkeypatch.setattr(transactions, "_PAUSE_SECONDS", 0.0)


def answering(*answers: dict[str, Any]) -> tuple[AwsSession, list[Any]]:
    """A session whose DynamoDB gives these answers one after the other, the last for ever."""
    made = boto3.Session("key", "secret", region_name="us-east-1")
    asked: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        content = answers[min(len(asked), len(answers) - 1)]
        asked.append(request)
        status = 400 if "__type" in content else 200
        return AWSResponse(request.url, status, {}, Body(content))

    made.events.register("before-send.dynamodb", answer)
    return AwsSession(made), asked


@pytest.mark.usefixtures("quick")
def test_a_write_that_a_transaction_stands_in_the_way_of_is_sent_again():
    aws, asked = answering(CONFLICT, CONFLICT, DONE)
    aws.table("slots").put_item(Item={"number": 1})
    assert len(asked) == 3


@pytest.mark.usefixtures("quick")
def test_a_write_in_the_way_of_which_a_transaction_stays_is_given_up():
    aws, asked = answering(CONFLICT)
    table = aws.table("slots")
    with pytest.raises(table.meta.client.exceptions.TransactionConflictException):
        table.put_item(Item={"number": 1})
    assert 2 < len(asked) < 20


@pytest.mark.usefixtures("quick")
def test_writes_together_are_repeated_while_others_write_the_same_rows():
    aws, asked = answering(cancelled("None", "TransactionConflict"), DONE)
    write_once_undisturbed(aws, WRITES)
    assert len(asked) == 2


@pytest.mark.usefixtures("quick")
def test_writes_together_are_not_repeated_when_a_condition_has_failed():
    aws, asked = answering(cancelled("None", "ConditionalCheckFailed"))
    with pytest.raises(Contested) as caught:
        write_once_undisturbed(aws, WRITES)
    assert (caught.value.parts, len(asked)) == ({1}, 1)


@pytest.mark.usefixtures("quick")
def test_writes_together_are_given_up_when_others_do_not_leave_off():
    aws, asked = answering(cancelled("TransactionConflict"))
    with pytest.raises(Unavailable, match="try again"):
        write_once_undisturbed(aws, WRITES)
    assert len(asked) == 8
