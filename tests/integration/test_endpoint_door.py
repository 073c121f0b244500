"""Who is let in at the endpoint, and what is closed."""

import contextlib
import http.client
import stat
import urllib.parse

import pytest

from tests.cloud import Cloud


def ask(cloud: Cloud, path: str, host: str | None = None) -> tuple[int, str]:
    address = urllib.parse.urlparse(cloud.endpoint_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 0, timeout=10)
    with contextlib.closing(connection):
        connection.putrequest("GET", path, skip_host=True)
        connection.putheader("Host", host or address.netloc)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_the_administrator_is_known_and_its_key_is_its_owners_alone(cloud: Cloud) -> None:
    identity = cloud.session().client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::123456789012:user/admin"
    assert stat.S_IMODE((cloud.state / "credentials").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:4566", "bucket.localhost"]
)
def test_a_foreign_host_is_turned_away(cloud: Cloud, host: str) -> None:
    status, sentence = ask(cloud, "/", host)
    assert status == 403
    assert host.split(":")[0] in sentence


@pytest.mark.parametrize(
    "path", ["/_ministack/health", "/_ministack/reset", "/_localstack/health", "/v2/_catalog"]
)
def test_the_control_interface_is_closed(cloud: Cloud, path: str) -> None:
    status, sentence = ask(cloud, path)
    assert (status, sentence) == (403, f"Path {path!r} is closed in the embedded cloud.")
