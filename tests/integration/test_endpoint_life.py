"""How the embedded cloud begins, refuses to begin, and ends."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config

from demo.cloud import ROOT, OwnCloud, free_port, own_cloud
from tests.cloud import Cloud
from tests.integration.roles import function

FUNCTION = "import os\ndef handler(event, context):\n    return {'pid': os.getpid(), **event}\n"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backend.embedded", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )


def session(own: OwnCloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)
    return boto3.Session()


def with_a_function(own: OwnCloud, monkeypatch: pytest.MonkeyPatch) -> int:
    """A function that has run, and the process it left warm."""
    functions = session(own, monkeypatch).client("lambda")
    function(Cloud(own.endpoint_url, own.state, own.pid), "function", FUNCTION)
    answer = functions.invoke(FunctionName="function", Payload=b'{"hello": "world"}')
    returned = json.load(answer["Payload"])
    assert returned["hello"] == "world"
    return int(returned["pid"])


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quickly_and_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: signal.Signals
) -> None:
    with own_cloud(tmp_path) as own:
        worker = with_a_function(own, monkeypatch)
        process = psutil.Process(own.pid)
        children = process.children(recursive=True)
        assert worker in {child.pid for child in children}
        asked = time.monotonic()
        process.send_signal(name)
        process.wait(5)
        assert time.monotonic() - asked < 5
        _, alive = psutil.wait_procs(children, timeout=1)
        assert alive == []
    assert "Traceback" not in (tmp_path / "cloud.log").read_text()


def test_a_killed_cloud_leaves_no_function_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_cloud(tmp_path) as own:
        worker = psutil.Process(with_a_function(own, monkeypatch))
        psutil.Process(own.pid).kill()
        _, alive = psutil.wait_procs([worker], timeout=10)
        assert alive == []


def test_it_says_what_runs_where_and_what_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_cloud(tmp_path) as own:
        session(own, monkeypatch).client("sts").get_caller_identity()
        banner = (tmp_path / "cloud.log").read_text()
    assert own.endpoint_url in banner
    assert str(tmp_path / "credentials") in banner
    assert "ministack 1.5.33" in banner
    assert "not for production" in banner


def test_it_begins_without_the_libraries_that_jobs_work_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy = ("numpy", "pandas", "pyarrow", "scipy", "sklearn", "xgboost")
    with own_cloud(tmp_path) as own:
        session(own, monkeypatch).client("sts").get_caller_identity()
        mapped = {entry.path for entry in psutil.Process(own.pid).memory_maps()}
    assert mapped
    assert [path for path in mapped if any(f"/{name}/" in path for name in heavy)] == []


def test_a_taken_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with own_cloud(tmp_path / "first") as own:
        refused = run("--port", own.port, "--state", tmp_path / "second")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"Port {own.port}" in refused.stderr
    assert "--port" in refused.stderr
    assert not (tmp_path / "second").exists()


def test_a_state_folder_has_one_cloud(tmp_path: Path) -> None:
    with own_cloud(tmp_path):
        refused = run("--port", free_port(), "--state", tmp_path)
    assert refused.returncode == 1
    assert "belongs to a running embedded cloud" in refused.stderr


def test_a_state_folder_keeps_its_port(tmp_path: Path) -> None:
    with own_cloud(tmp_path) as own:
        pass
    other = free_port()
    refused = run("--port", other, "--state", tmp_path)
    assert refused.returncode == 1
    assert f"--port {own.port}" in refused.stderr


@pytest.mark.parametrize("arguments", [("--port", "0"), ("--port", "http"), ("--jobs", "0")])
def test_an_impossible_option_is_refused_by_name(arguments: tuple[str, str]) -> None:
    refused = run(*arguments)
    assert refused.returncode == 2
    assert arguments[0] in refused.stderr


def test_a_state_that_cannot_be_a_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    refused = run("--port", free_port(), "--state", file)
    assert refused.returncode == 1
    assert str(file) in refused.stderr
    assert "Traceback" not in refused.stderr


NAP = "import time\ndef handler(event, context):\n    time.sleep(1)\n"


def test_a_burst_of_calls_leaves_one_process_of_a_function(cloud: Cloud) -> None:
    name = "burst"
    function(cloud, name, NAP)
    functions = cloud.session().client("lambda", config=Config(max_pool_connections=8))

    def processes() -> int:
        children = psutil.Process(cloud.pid).children()
        return sum(f"ministack-lambda-{name}-" in " ".join(child.cmdline()) for child in children)

    with ThreadPoolExecutor(6) as callers:
        calls = [callers.submit(functions.invoke, FunctionName=name) for _ in range(6)]
        assert all(call.result()["StatusCode"] == 200 for call in calls)
        assert processes() > 1
    limit = time.monotonic() + 30
    while processes() > 1 and time.monotonic() < limit:
        time.sleep(0.5)
    assert processes() == 1
