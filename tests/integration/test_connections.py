"""What becomes of connections whose callers have gone."""

import socket
import time

import boto3
import psutil

from tests.integration.conftest import Cloud


def abandoned(cloud: Cloud) -> int:
    """The sockets the endpoint still holds though the other side is closed."""
    held = psutil.Process(cloud.pid).net_connections()
    return sum(connection.status == psutil.CONN_CLOSE_WAIT for connection in held)


def test_a_connection_ends_with_its_caller(cloud: Cloud) -> None:
    for _ in range(10):
        silent = socket.create_connection(("127.0.0.1", int(cloud.endpoint_url.rsplit(":")[-1])))
        silent.close()
        caller = boto3.client("sts")
        caller.get_caller_identity()
        caller.close()
    limit = time.monotonic() + 3
    while abandoned(cloud):
        assert time.monotonic() < limit, f"{abandoned(cloud)} connections are left"
        time.sleep(0.05)
