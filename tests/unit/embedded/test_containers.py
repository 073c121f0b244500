"""How a container's program is run: its output, its end, its stop."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from backend.embedded.jobs.containers import Ended, Ending, Program, run
from backend.embedded.jobs.line_batches import Lines
from backend.embedded.jobs.stop_signal import StopSignal
from backend.embedded.jobs.warden import Warden


@pytest.fixture(scope="module")
def warden() -> Iterator[Warden]:
    warden = Warden()
    yield warden
    warden.dismiss()


def play(
    script: str, warden: Warden, stop: StopSignal | None = None, limit: float = 10, grace: float = 5
) -> tuple[Ended, list[str]]:
    """The script's end and its lines."""
    lines: Lines = []
    command = [sys.executable, "-I", "-S", "-c", script]
    program = Program(command, {}, Path("/"), limit, grace)
    ended = run(program, lines.extend, stop or StopSignal(), warden)
    return ended, [line for _, line in lines]


def test_output_comes_line_by_line_errors_included(warden: Warden) -> None:
    script = "import sys; print('a'); sys.stdout.flush(); print('b', file=sys.stderr); print('c')"
    ended, lines = play(script, warden)
    assert ended == Ended(Ending.EXITED, 0)
    assert lines == ["a", "b", "c"]


def test_a_last_line_needs_no_end(warden: Warden) -> None:
    assert play("print('a\\nb', end='')", warden)[1] == ["a", "b"]


def test_what_is_not_utf_8_is_kept_readable(warden: Warden) -> None:
    script = "import os; os.write(1, b'caf\\xe9\\r\\n')"
    assert play(script, warden)[1] == ["caf\ufffd"]


def test_lines_do_not_wait_for_the_end(warden: Warden) -> None:
    came: list[float] = []
    script = "import time; print('a', flush=True); time.sleep(1.4)"
    program = Program([sys.executable, "-I", "-S", "-c", script], {}, Path("/"), 10, 5)
    run(program, lambda _: came.append(time.monotonic()), StopSignal(), warden)
    assert time.monotonic() - came[0] > 0.2


def test_an_exit_code_is_told(warden: Warden) -> None:
    assert play("raise SystemExit(3)", warden)[0] == Ended(Ending.EXITED, 3)


def test_a_signal_is_told_as_docker_tells_it(warden: Warden) -> None:
    ended, _ = play("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", warden)
    assert ended == Ended(Ending.EXITED, 137)


def test_a_stop_is_a_request_first(warden: Warden) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('tidy'), sys.exit(0)))\n"
        "print('ready', flush=True); time.sleep(30)"
    )
    stop = StopSignal()
    threading.Timer(0.3, stop.request).start()
    ended, lines = play(script, warden, stop)
    assert ended == Ended(Ending.STOPPED, 0)
    assert lines == ["ready", "tidy"]


def test_who_does_not_stop_is_killed(warden: Warden) -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(30)"
    began = time.monotonic()
    ended, _ = play(script, warden, limit=0.3, grace=0.3)
    assert ended == Ended(Ending.TIMED_OUT, 137)
    assert time.monotonic() - began < 3


def test_a_stop_requested_before_is_heeded(warden: Warden) -> None:
    stop = StopSignal()
    stop.request()
    assert play("import time; time.sleep(30)", warden, stop)[0].ending is Ending.STOPPED


def test_what_a_program_leaves_running_is_ended(warden: Warden) -> None:
    script = (
        "import os, time\n"
        "child = os.fork()\n"
        "if child: print(child, flush=True)\n"
        "else: time.sleep(30)"
    )
    began = time.monotonic()
    _, lines = play(script, warden)
    assert time.monotonic() - began < 3
    limit = time.monotonic() + 2
    while _runs(int(lines[0])):
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_a_program_that_is_not_there_is_an_error(warden: Warden) -> None:
    program = Program(["/no/such/program"], {}, Path("/"), 10, 5)
    with pytest.raises(FileNotFoundError, match="/no/such/program"):
        run(program, lambda _: None, StopSignal(), warden)


def test_a_dismissed_warden_ends_what_it_watched_and_whatever_comes() -> None:
    warden = Warden()
    ended: list[Ended] = []
    sleeping = "import time; time.sleep(30)"
    thread = threading.Thread(target=lambda: ended.append(play(sleeping, warden)[0]))
    thread.start()
    time.sleep(0.3)
    warden.dismiss()
    thread.join(3)
    assert ended == [Ended(Ending.EXITED, 137)]
    assert play(sleeping, warden)[0] == Ended(Ending.EXITED, 137)


def _runs(process: int) -> bool:
    """A killed orphan may stay a zombie for as long as nobody asks for its exit code."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
