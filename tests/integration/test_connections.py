"""What becomes of connections whose callers have gone."""

import socket
import time

import boto3
import psutil

from tests.cloud import Cloud


def abandoned(cloud: Cloud) -> int:
    """The sockets the endpoint still holds though the other side is closed."""
    held = psutil.Process(cloud.pid).net_connections()
    return sum(connection.status == psutil.CONN_CLOSE_WAIT for connection in held)


def left_in_the_end(cloud: Cloud) -> int:
    """How many are still abandoned once the endpoint has had a few seconds."""
    limit = time.monotonic() + 20
    while abandoned(cloud) and time.monotonic() < limit:
        time.sleep(0.05)
    return abandoned(cloud)


def place(cloud: Cloud) -> tuple[str, int]:
    return "127.0.0.1", int(cloud.endpoint_url.rsplit(":")[-1])


def test_a_connection_ends_with_its_caller(cloud: Cloud) -> None:
    for _ in range(10):
        socket.create_connection(place(cloud)).close()
        caller = boto3.client("sts")
        caller.get_caller_identity()
        caller.close()
    assert left_in_the_end(cloud) == 0


def test_a_connection_ends_though_its_caller_left_before_the_answer(cloud: Cloud) -> None:
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{place(cloud)[1]}\r\n\r\n".encode()
    for _ in range(10):
        with socket.create_connection(place(cloud)) as hurried:
            hurried.sendall(request)
    assert left_in_the_end(cloud) == 0
