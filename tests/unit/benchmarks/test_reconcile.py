"""A cost export is reconciled to its last digit."""

import json
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

HEADER = "date,tenant,service,cost\n"


def reconcile(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.reconcile", str(file), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def figures(file: Path, *options: str) -> dict[str, Decimal]:
    ended = reconcile(file, *options)
    assert ended.returncode == 0, ended.stderr
    last = json.loads(ended.stdout.splitlines()[-1])
    return {name: Decimal(text) for name, text in last.items()}


def test_an_export_of_any_sign_and_precision_is_reconciled(tmp_path: Path):
    file = tmp_path / "costs.csv"
    tiny = "0." + "0" * 40 + "1"
    file.write_text(
        "\ufeff"
        + HEADER
        + f"2026-03-01,acme,Amazon SageMaker,12345678901234567890.{'1' * 30}\n"
        + f"2026-03-01,,Amazon S3,{tiny}\n"
        + "2026-03-02,borealis,Amazon S3,-3E-7\n"
        + '2026-03-02,"","Tax, and more",1\n'
    )
    found = figures(file)
    large = Fraction(f"12345678901234567890.{'1' * 30}")
    assert Fraction(found["tenants"]) == large - Fraction(3, 10**7)
    assert found["unallocated"] == Decimal("1." + "0" * 40 + "1")
    assert found["shared"] == 0
    assert Fraction(found["total"]) == large - Fraction(3, 10**7) + Fraction(tiny) + 1


def test_shared_services_are_split_as_asked(tmp_path: Path):
    file = tmp_path / "costs.csv"
    lines = "2026-03-01,acme,S3,1\n2026-03-01,zeta,S3,1\n2026-03-01,,CloudWatch,0.01\n"
    file.write_text(HEADER + lines)
    kept = figures(file, "--shared-service", "CloudWatch")
    assert (kept["tenants"], kept["shared"]) == (2, Decimal("0.01"))
    split = figures(file, "--shared-service", "CloudWatch", "--split", "Evenly")
    assert (split["tenants"], split["shared"]) == (Decimal("2.01"), 0)


def test_an_export_without_lines_costs_nothing(tmp_path: Path):
    file = tmp_path / "costs.csv"
    file.write_text(HEADER)
    assert set(figures(file).values()) == {Decimal(0)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "header of an empty file"),
        ("day,tenant,service,cost\n", "it needs date,tenant,service,cost"),
        (HEADER + "2026-03-01,acme,S3\n", "line 2 has not 4 cells"),
        (HEADER + "2026-03-01,acme,S3,1,2\n", "line 2 has not 4 cells"),
        (HEADER + "2026-03-01,acme,S3,1\n2026-02-30,acme,S3,1\n", "line 3: '2026-02-30'"),
        (HEADER + "2026-03-01,acme,S3,NaN\n", "line 2: 'NaN' is no amount"),
        (HEADER + '2026-03-01,acme,"S3,1\n', "is no CSV in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_line(tmp_path: Path, text: str, sentence: str):
    file = tmp_path / "costs.csv"
    file.write_text(text)
    ended = reconcile(file)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert sentence in ended.stderr


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path):
    assert "no.csv" in reconcile(tmp_path / "no.csv").stderr
