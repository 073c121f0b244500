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


def none_is_left(cloud: Cloud) -> None:
    limit = time.monotonic() + 5
    while abandoned(cloud):
        assert time.monotonic() < limit, f"{abandoned(cloud)} connections are left"
        time.sleep(0.05)


def place(cloud: Cloud) -> tuple[str, int]:
    return "127.0.0.1", int(cloud.endpoint_url.rsplit(":")[-1])


def test_a_connection_ends_with_its_caller(cloud: Cloud) -> None:
    for _ in range(10):
        socket.create_connection(place(cloud)).close()
        caller = boto3.client("sts")
        caller.get_caller_identity()
        caller.close()
    none_is_left(cloud)


def test_a_connection_ends_though_its_caller_left_before_the_answer(cloud: Cloud) -> None:
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{place(cloud)[1]}\r\n\r\n".encode()
    for _ in range(10):
        with socket.create_connection(place(cloud)) as hurried:
            hurried.sendall(request)
    none_is_left(cloud)
