"""Waiting until AWS knows everywhere what it was told in one place."""

import pytest
from botocore.exceptions import ClientError

from backend.aws.settling import once_settled


class Call:
    """Refuses with a code for some times, then answers."""

    def __init__(self, code: str, refusals: int) -> None:
        self.code, self.refusals, self.made = code, refusals, 0

    def __call__(self) -> str:
        self.made += 1
        if self.made <= self.refusals:
            raise ClientError({"Error": {"Code": self.code, "Message": "Not yet."}}, "PutIt")
        return "done"


def test_a_named_refusal_is_tried_again():
    call = Call("NoSuchEntity", refusals=2)
    assert once_settled(call, "MalformedPolicyDocument", "NoSuchEntity") == "done"
    assert call.made == 3


def test_any_other_refusal_flies_at_once():
    call = Call("AccessDenied", refusals=1)
    with pytest.raises(ClientError, match="AccessDenied"):
        once_settled(call, "NoSuchEntity")
    assert call.made == 1


def test_patience_ends():
    call = Call("NoSuchEntity", refusals=100)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        once_settled(call, "NoSuchEntity", patience=0.5)
    assert 1 < call.made < 10
