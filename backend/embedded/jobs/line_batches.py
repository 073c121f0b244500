"""Responsible for turning a program's output into batches of whole lines, about one a second."""

import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BATCH_SECONDS = 1.0
LONGEST_LINE = 256 * 1024
_CHUNK = 64 * 1024

Lines = list[tuple[int, str]]  # milliseconds since the epoch, and the line


def deliver_lines(pipe: int, deliver: Callable[[Lines], None]) -> None:
    """Reads until the pipe ends, and closes it; a line waits at most BATCH_SECONDS."""
    batch = _Batch(deliver)
    with open(pipe, "rb", buffering=0) as output, selectors.DefaultSelector() as readable:
        readable.register(output, selectors.EVENT_READ)
        while True:
            if readable.select(batch.seconds_left()):
                chunk = output.read(_CHUNK)
                if not chunk:
                    break
                batch.add(chunk)
            batch.deliver_if_due()
    batch.finish()


@dataclass(slots=True)
class _Batch:
    deliver: Callable[[Lines], None]
    lines: Lines = field(default_factory=list)
    held: bytes = b""
    due: float = 0.0

    def seconds_left(self) -> float | None:
        return max(0.0, self.due - time.monotonic()) if self.lines else None

    def add(self, chunk: bytes) -> None:
        *whole, self.held = (self.held + chunk).split(b"\n")
        if len(self.held) > LONGEST_LINE:
            whole, self.held = [*whole, self.held], b""
        if whole and not self.lines:
            self.due = time.monotonic() + BATCH_SECONDS
        self.lines += [_line(raw) for raw in whole]

    def deliver_if_due(self) -> None:
        if self.lines and time.monotonic() >= self.due:
            self._deliver()

    def finish(self) -> None:
        if self.held:
            self.lines.append(_line(self.held))
        if self.lines:
            self._deliver()

    def _deliver(self) -> None:
        lines, self.lines = self.lines, []
        self.deliver(lines)


def _line(raw: bytes) -> tuple[int, str]:
    return int(time.time() * 1000), raw[:LONGEST_LINE].decode(errors="replace").rstrip("\r")
