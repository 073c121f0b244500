"""Responsible for services this cloud does not have: refused by name, readable by every SDK."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from backend.embedded.answers import UNKNOWN_OPERATION, Answer, Handler, refused


class Services(dict[str, Handler]):
    """The services that are served; asked for another, it gives one that refuses."""

    def get(self, service: str, default: Any = None) -> Any:
        return super().get(service) or _refusing(service)


def _refusing(service: str) -> Handler:
    async def handle(_: str, __: str, headers: dict[str, str], ___: bytes, ____: Any) -> Answer:
        return refusal(service, headers)

    return handle


def refusal(service: str, headers: Mapping[str, str]) -> Answer:
    """JSON for JSON services, otherwise the XML of query services (which EC2 alone varies)."""
    sentence = f"The embedded cloud does not serve {service}."
    if "x-amz-target" in headers or "json" in headers.get("content-type", ""):
        return refused(UNKNOWN_OPERATION, sentence)
    error = f"<Error><Code>{UNKNOWN_OPERATION}</Code><Message>{escape(sentence)}</Message></Error>"
    wrapped = (
        f"<Response><Errors>{error}</Errors></Response>"
        if service == "ec2"
        else f"<ErrorResponse>{error}</ErrorResponse>"
    )
    return 400, {"Content-Type": "text/xml"}, wrapped.encode()
