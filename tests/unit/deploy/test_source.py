"""What travels to the cloud, and that it is the same each time."""

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from backend.deploy import source
from backend.deploy.source import Bundle
from tests.unit.deploy.templates import resources

# boto3 as Lambda's runtime has it; nothing else of this environment may be found.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
IMPORT = """
import sys, importlib
sys.path[:0] = sys.argv[1:3]
importlib.import_module(sys.argv[3])
from_elsewhere = sorted(
    name for name, module in sys.modules.items()
    if name.split(".")[0] == "backend" and not module.__file__.startswith(sys.argv[1])
)
sys.exit(f"imported from elsewhere: {from_elsewhere}" if from_elsewhere else 0)
"""


def test_the_same_files_make_the_same_archive_to_the_byte():
    files = {"a.py": b"one", "b/c.py": b"two"}
    again = dict(reversed(files.items()))
    assert Bundle(files).as_zip() == Bundle(again).as_zip()
    assert Bundle(files).digest == Bundle(again).digest


@pytest.mark.parametrize(
    "other", [{"a": b"12", "b": b""}, {"a": b"1", "b": b"3"}, {"a": b"1", "c": b"2"}, {"a": b"1"}]
)
def test_any_change_makes_another_digest(other: dict[str, bytes]):
    assert Bundle(other).digest != Bundle({"a": b"1", "b": b"2"}).digest


def test_an_archive_holds_the_files_and_no_trace_of_when_or_where():
    archive = zipfile.ZipFile(BytesIO(Bundle({"a/b.py": b"text"}).as_zip()))
    (entry,) = archive.infolist()
    assert archive.read("a/b.py") == b"text"
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert entry.external_attr >> 16 == 0o644


def test_the_package_leaves_out_the_rooms_no_function_enters():
    rooms = {name.split("/")[1] for name in source.functions().files}
    assert {"domain", "aws", "handlers", "context.py"} <= rooms
    assert not {"embedded", "deploy", "pipeline"} & rooms


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The package unpacked, and beside it what Lambda's runtime brings."""
    root = tmp_path_factory.mktemp("bare")
    package, runtime = root / "package", root / "runtime"
    zipfile.ZipFile(BytesIO(source.functions().as_zip())).extractall(package)
    runtime.mkdir()
    installed = Path(__import__("boto3").__file__).parents[1]
    for name in RUNTIME:
        found = installed / name
        found = found if found.exists() else found.with_suffix(".py")
        (runtime / found.name).symlink_to(found)
    return package, runtime


@pytest.mark.parametrize(
    "function", [one["Handler"] for one in resources("AWS::Lambda::Function").values()]
)
def test_a_handler_imports_with_nothing_but_the_package_and_boto3(
    bare: tuple[Path, Path], function: str
):
    module = function.rpartition(".")[0]
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT, *map(str, bare), module],
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    assert run.returncode == 0, run.stderr


def test_what_python_leaves_behind_does_not_change_the_images(tmp_path: Path):
    (tmp_path / "xgboost").mkdir()
    (tmp_path / "xgboost" / "Dockerfile").write_text("FROM scratch")
    before = source.containers(tmp_path)
    (tmp_path / "xgboost" / "__pycache__").mkdir()
    (tmp_path / "xgboost" / "__pycache__" / "train.pyc").write_bytes(b"made by running")
    (tmp_path / ".DS_Store").write_bytes(b"made by looking")
    assert source.containers(tmp_path).digest == before.digest
    assert before.named("Dockerfile") == ["xgboost"]
