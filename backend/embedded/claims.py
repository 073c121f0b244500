"""Responsible for what a cloud has for itself: its port and its state folder."""

import fcntl
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.embedded.place import HOST, CannotStart

_WAITING = 256


@contextmanager
def port(number: int) -> Iterator[socket.socket]:
    """A socket that listens at once, so that two clouds never share a port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, number))
            listener.listen(_WAITING)
        except OSError as fault:
            raise CannotStart(
                f"Port {number} of {HOST} cannot be used ({fault.strerror}): "
                "end what listens there or give another --port."
            ) from fault
        yield listener


@contextmanager
def state(folder: Path, at_port: int) -> Iterator[None]:
    """The folder for this process alone, readable by its owner, with nothing temporary in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # ministack keeps passwords and keys as they are
        lock = (folder / "lock").open("w")
    except OSError as fault:
        raise CannotStart(f"State folder {folder} cannot be used: {fault.strerror}.") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise CannotStart(
                f"State folder {folder} belongs to a running embedded cloud: "
                "end that one or give another --state."
            ) from fault
        _keep_port(folder, at_port)
        shutil.rmtree(folder / "tmp", ignore_errors=True)
        (folder / "tmp").mkdir()
        yield


def _keep_port(folder: Path, at_port: int) -> None:
    """Queue addresses are stored with the port they were made at."""
    file = folder / "port"
    kept = file.read_text() if file.exists() else str(at_port)
    if kept != str(at_port):
        raise CannotStart(
            f"State folder {folder} was made at port {kept}: give --port {kept} or another --state."
        )
    file.write_text(kept)
