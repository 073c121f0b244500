"""Whatever is killed, told twice, told late or never told: no build is lost, none runs twice."""

import json
import subprocess
import sys
from typing import Any

import pytest

from demo.cloud import ROOT


@pytest.fixture(scope="module")
def storm() -> dict[str, Any]:
    """The figures of one small storm, in which nearly every tenth step is a process's last."""
    chances = ["--crashes", "0.02", "--duplicates", "0.2", "--losses", "0.1"]
    command = [sys.executable, "-m", "benchmarks.crash", "--builds", "40", "--seeds", "1", *chances]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert ran.stdout, ran.stderr
    figures: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return figures | {"exit_code": ran.returncode, "said": ran.stderr[-5000:]}


def test_one_sweep_leaves_nothing_lost_doubled_leaked_or_over_a_limit(
    storm: dict[str, Any],
) -> None:
    faults = {name: storm[name] for name in ("lost", "doubled", "leaked", "over_limit")}
    assert faults == dict.fromkeys(faults, 0), storm["said"]
    assert storm["executions"] == storm["uploads"] == 40
    assert storm["exit_code"] == 0


def test_the_storm_killed_every_kind_of_process_on_both_sides_of_its_steps(
    storm: dict[str, Any],
) -> None:
    struck = {tuple(boundary.split()[:2]) for boundary in storm["boundaries"]}
    roles = ("intake:", "dispatch:", "record:", "sweep:")
    assert struck == {(role, side) for role in roles for side in ("before", "after")}
    assert storm["crashes"] == sum(storm["boundaries"].values()) >= 40


def test_a_kill_between_each_write_of_a_start_was_among_them(storm: dict[str, Any]) -> None:
    writes = (
        "SchedulingTable.claim TransactWriteItems",
        "Executions.start StartPipelineExecution",
        "SchedulingTable.executing TransactWriteItems",
    )
    for write in writes:
        assert f"dispatch: after {write}" in storm["boundaries"], storm["boundaries"]
