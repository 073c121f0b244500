"""AWS as a list of answers: what is asked is kept, and nobody is called."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError

from backend.aws.session import AwsSession


@dataclass(frozen=True)
class Replay:
    session: AwsSession
    asked: list[dict[str, Any]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)


class _Body:
    def __init__(self, content: dict[str, Any]) -> None:
        self._content = json.dumps(content).encode()

    def stream(self) -> Iterator[bytes]:
        yield self._content


def refusal(code: str, message: str = "AWS's own words") -> dict[str, Any]:
    return {"__type": code, "message": message}


def replayed(*answers: dict[str, Any] | None, region: str = "us-east-1") -> Replay:
    """The answers one after the other, to whatever is asked; for None nobody is there."""
    made = boto3.Session("key", "secret", region_name=region)
    replay = Replay(AwsSession(made))

    def answer(request: Any, **_: Any) -> AWSResponse:
        content = answers[len(replay.asked)]
        replay.asked.append(json.loads(request.body))
        replay.urls.append(request.url)
        if content is None:
            raise EndpointConnectionError(endpoint_url=request.url)
        return AWSResponse(request.url, 400 if "__type" in content else 200, {}, _Body(content))

    made.events.register("before-send", answer)
    return replay
