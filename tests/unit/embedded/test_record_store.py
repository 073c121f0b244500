"""Records that outlive the cloud, berths that are few, stops that are heard."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.embedded.executions.execution_record import (
    Execution,
    ExecutionStatus,
    StepRecord,
    StepStatus,
    execution_as_json,
    execution_from_json,
)
from backend.embedded.faults import Closed, Stopped
from backend.embedded.jobs.berths import Berths
from backend.embedded.jobs.record_store import RecordStore
from backend.embedded.jobs.stop_signal import StopSignal

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/build/execution/abc"
EXECUTION = Execution(
    arn=ARN,
    pipeline_name="build",
    role_arn="arn:aws:iam::123456789012:role/pipeline",
    definition="{}",
    parameters={"Count": 3, "Rate": 0.5, "Flag": True},
    token="t" * 32,
    display_name="basic-1",
    description=None,
    max_parallel=50,
    started_at=NOON,
    changed_at=NOON,
    steps=(StepRecord("Train", "Training", NOON, metadata={"TrainingJob": {"Arn": "a"}}),),
)


def store(folder: Path) -> RecordStore[Execution]:
    return RecordStore(folder, execution_as_json, execution_from_json)


def test_a_record_is_there_after_a_restart(tmp_path: Path) -> None:
    first = store(tmp_path)
    first.put(EXECUTION)
    first.change(ARN, lambda one: one.ended(ExecutionStatus.SUCCEEDED, NOON))
    again = store(tmp_path)
    assert again.all() == first.all()
    assert again[ARN].status is ExecutionStatus.SUCCEEDED
    assert again[ARN].parameters == {"Count": 3, "Rate": 0.5, "Flag": True}


def test_a_half_written_record_is_as_if_never_written(tmp_path: Path) -> None:
    store(tmp_path).put(EXECUTION)
    (tmp_path / "other.draft").write_text('{"arn": "half')
    assert store(tmp_path).all() == [EXECUTION]


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    records = store(tmp_path)
    records.put(EXECUTION)

    def refuse(_: Execution) -> Execution:
        raise ValueError("not allowed")

    with pytest.raises(ValueError, match="not allowed"):
        records.change(ARN, refuse)
    assert records[ARN] == EXECUTION


def test_a_closed_store_writes_nothing(tmp_path: Path) -> None:
    records = store(tmp_path)
    records.put(EXECUTION)
    records.close()
    with pytest.raises(Closed):
        records.change(ARN, lambda one: one.ended(ExecutionStatus.FAILED, NOON))
    assert store(tmp_path).all() == [EXECUTION]


def test_an_interrupted_execution_failed_where_it_stood() -> None:
    ended = EXECUTION.interrupted(NOON, "InternalServerError: gone")
    assert (ended.status, ended.reason) == (ExecutionStatus.FAILED, "InternalServerError: gone")
    assert ended.step("Train").status is StepStatus.FAILED


def test_a_stopping_execution_stops_its_steps() -> None:
    done = StepRecord("Done", "Training", NOON, status=StepStatus.SUCCEEDED, ended_at=NOON)
    stopping = EXECUTION.with_step(done, NOON).stopping(NOON)
    assert [step.status for step in stopping.steps] == [StepStatus.STOPPING, StepStatus.SUCCEEDED]


def test_who_has_waited_longest_gets_the_next_berth() -> None:
    berths, order, begun = Berths(1), list[int](), threading.Event()

    def work(number: int) -> None:
        with berths.berth(StopSignal()):
            order.append(number)

    with berths.berth(StopSignal()):
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            time.sleep(0.02)
        begun.set()
    for thread in threads:
        thread.join(2)
    assert order == [0, 1, 2, 3, 4]


def test_no_more_than_so_many_berths_are_taken() -> None:
    berths, lock = Berths(3), threading.Lock()
    at_once, most = 0, 0

    def work() -> None:
        nonlocal at_once, most
        with berths.berth(StopSignal()):
            with lock:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.01)
            with lock:
                at_once -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert most == 3


def test_waiting_for_a_berth_ends_with_a_stop() -> None:
    berths, stop, told = Berths(1), StopSignal(), list[type[Exception]]()

    def wait() -> None:
        try:
            with berths.berth(stop):
                pass
        except Stopped:
            told.append(Stopped)

    with berths.berth(StopSignal()):
        waiting = threading.Thread(target=wait)
        waiting.start()
        stop.request()
        waiting.join(2)
    assert told == [Stopped]
    with berths.berth(StopSignal()):
        pass


def test_closed_berths_let_nobody_wait() -> None:
    berths = Berths(1)
    berths.close()
    with pytest.raises(Closed), berths.berth(StopSignal()):
        pass


def test_a_stop_is_heard_once_by_all_who_listen_and_by_latecomers() -> None:
    stop, heard = StopSignal(), list[str]()
    with stop.calling(lambda: heard.append("early")):
        stop.request()
        stop.request()
    with stop.calling(lambda: heard.append("late")):
        pass
    assert heard == ["early", "late"]


def test_who_listens_no_more_hears_nothing() -> None:
    stop, heard = StopSignal(), list[str]()
    with stop.calling(lambda: heard.append("heard")):
        pass
    stop.request()
    assert heard == []
