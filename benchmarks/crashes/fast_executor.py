"""Responsible for a loopback endpoint that plays SageMaker's executions and calls of dispatch.

    python -m benchmarks.crashes.fast_executor --port N --record FILE --seed N

Executions last a moment. Their status changes, and the calls of `mlaas-dispatch`, are handed to
workers, who ask for them. It is a process of its own, which nothing kills before the end.
"""

import argparse
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from backend.domain import naming
from benchmarks.crashes.deliveries import Deliveries
from benchmarks.crashes.fast_executions import ACCOUNT, REGION, Execution, FastExecutions, Refusal

DISPATCH, STATUS = "dispatch", "status"
_CHANGE = "SageMaker Model Building Pipeline Execution Status Change"
_TICK_SECONDS = 0.01
_STUBBORN_CALLS = 6  # more than boto3 tries


class Stage:
    """What the endpoint knows, one thread at a time."""

    def __init__(self, options: argparse.Namespace) -> None:
        draw = random.Random(options.seed)  # noqa: S311 - chance keeps no secret
        self._draw = draw
        self._record = options.record.open("a", buffering=1)
        self._throttling = options.throttling
        self._stubborn: dict[str, int] = {}
        self._happened = threading.Condition()
        self._deliveries = Deliveries(draw, duplicates=options.duplicates, losses=options.losses)
        self._executions = FastExecutions(
            draw, self._write, self._changed, longest_seconds=options.longest_seconds
        )

    def sagemaker(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        with self._happened:
            self._throttle(request.get("ClientRequestToken", ""))
            return self._executions.answer(operation, request, time.time())

    def invoke(self, body: Mapping[str, Any]) -> None:
        with self._happened:
            self._deliveries.offer(DISPATCH, body, time.time())

    def take(self, kind: str, wait: float) -> dict[str, Any] | None:
        """The next event of the kind, or None if none comes within `wait` seconds."""
        until = time.monotonic() + wait
        with self._happened:
            while True:
                taken = self._deliveries.take(kind, time.time())
                if taken is not None:
                    return asdict(taken)
                if time.monotonic() >= until:
                    return None
                self._happened.wait(_TICK_SECONDS)

    def done(self, number: int) -> None:
        with self._happened:
            self._deliveries.done(number)

    def calm(self) -> None:
        """What is under way is lost; from now on all else arrives once, and nobody is throttled."""
        with self._happened:
            self._throttling = self._deliveries.duplicates = self._deliveries.losses = 0.0
            self._stubborn.clear()
            self._deliveries.drop()

    def state(self) -> dict[str, Any]:
        with self._happened:
            return {
                "running": self._executions.running,
                "ended": self._executions.ended,
                "pending": {kind: self._deliveries.pending(kind) for kind in (DISPATCH, STATUS)},
                "counts": dict(self._deliveries.counts),
            }

    def run(self) -> None:
        """Lets executions end when their time has come, for ever."""
        while True:
            with self._happened:
                self._executions.advance(time.time())
            time.sleep(_TICK_SECONDS)

    def _throttle(self, token: str) -> None:
        """Some calls are refused by chance, some tokens again and again for a while."""
        if token and token not in self._stubborn:
            unlucky = self._draw.random() < self._throttling / 5
            self._stubborn[token] = _STUBBORN_CALLS if unlucky else 0
        if self._stubborn.get(token, 0) > 0:
            self._stubborn[token] -= 1
        elif self._draw.random() >= self._throttling:
            return
        self._deliveries.counts["throttled"] += 1
        raise Refusal("ThrottlingException", "Rate exceeded")

    def _changed(self, execution: Execution, now: float) -> None:
        detail = {
            "pipelineArn": execution.arn.rsplit("/execution/", 1)[0],
            "pipelineExecutionArn": execution.arn,
            "pipelineExecutionDisplayName": execution.name,
            "currentPipelineExecutionStatus": execution.status,
        }
        event = {"source": "aws.sagemaker", "detail-type": _CHANGE, "detail": detail}
        self._deliveries.offer(STATUS, event | {"account": ACCOUNT, "region": REGION}, now)

    def _write(self, line: dict[str, Any]) -> None:
        self._record.write(json.dumps(line) + "\n")


class _Caller(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece
    stage: Stage

    def do_GET(self) -> None:
        self._answer(200, self.stage.state())

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = json.loads(sent or b"{}")
        target = self.headers.get("X-Amz-Target", "")
        match self.path.strip("/").split("/"):
            case [""] if target.startswith("SageMaker."):
                self._sagemaker(target.removeprefix("SageMaker."), asked)
            case [_, "functions", naming.DISPATCH_FUNCTION, "invocations"]:
                self.stage.invoke(asked)
                self._answer(202, None)
            case ["take", kind]:
                taken = self.stage.take(kind, float(asked["wait"]))
                self._answer(200, {"taken": taken})
            case ["done", number]:
                self.stage.done(int(number))
                self._answer(200, {})
            case ["calm"]:
                self.stage.calm()
                self._answer(200, {})
            case _:
                self._refuse(Refusal("ResourceNotFoundException", f"Nothing is at {self.path}."))

    def log_message(self, *_: Any) -> None:
        """The record is the log."""

    def _sagemaker(self, operation: str, request: Mapping[str, Any]) -> None:
        try:
            self._answer(200, self.stage.sagemaker(operation, request))
        except Refusal as refusal:
            self._refuse(refusal)

    def _refuse(self, refusal: Refusal) -> None:
        self._answer(400, {"__type": refusal.code, "message": str(refusal)})

    def _answer(self, status: int, content: Any) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Who asked was killed before the answer: that is what this is for."""


def main() -> None:
    options = _options().parse_args()
    _Caller.stage = Stage(options)
    threading.Thread(target=_Caller.stage.run, daemon=True).start()
    _Server(("127.0.0.1", options.port), _Caller).serve_forever()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.crashes.fast_executor",
        description=(__doc__ or "").splitlines()[0],
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--record", type=Path, required=True, help="the file to write lines to")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--duplicates", type=float, default=0.05, help="of all events")
    parser.add_argument("--losses", type=float, default=0.01, help="of all events")
    parser.add_argument("--throttling", type=float, default=0.03, help="of all calls of SageMaker")
    parser.add_argument("--longest-seconds", type=float, default=1.0, help="of an execution")
    return parser


if __name__ == "__main__":
    main()
