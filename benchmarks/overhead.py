"""Compares the embedded pipeline with the same container scripts run bare, in turn.

    python -m benchmarks.overhead [--csv FILE] [--target COLUMN] [--algorithm NAME] [--n N]

The pipeline's time is from the execution's creation to its end, registry and record included.
The last line is one JSON object; `ratio` is pipeline over bare, of medians.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from backend.context import Context
from backend.domain.build import BuildState
from backend.domain.choices import Choices
from backend.domain.errors import BackendError
from backend.domain.tenant import Tenant
from benchmarks.ground import deployed_tenant, ended, put, say
from demo.cloud import ROOT, own_cloud

CONTAINERS = ROOT / "backend" / "pipeline" / "containers"
_OUTPUTS = ("train", "validation", "test", "schema", "report")


def main() -> int:
    options = _options().parse_args()
    choices = Choices(algorithm=options.algorithm, target=options.target)
    bare: list[float] = []
    piped: list[float] = []
    try:
        with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
            state = Path(folder)
            with own_cloud(state / "cloud") as cloud:
                context, tenant = deployed_tenant(cloud, tier="standard")
                _piped(context, tenant, options.csv, choices)  # warms the functions up
                for number in range(options.n):
                    piped.append(_piped(context, tenant, options.csv, choices))
                    bare.append(_bare(state / f"bare-{number}", options.csv, choices))
                    say(f"pipeline {piped[-1]:.2f} s, bare {bare[-1]:.2f} s")
    except BackendError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    figures = {
        "file": options.csv.name,
        "algorithm": options.algorithm,
        "pipeline_s": [round(seconds, 3) for seconds in piped],
        "bare_s": [round(seconds, 3) for seconds in bare],
        "ratio": round(statistics.median(piped) / statistics.median(bare), 3),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _piped(context: Context, tenant: Tenant, file: Path, choices: Choices) -> float:
    [build_id] = put(context, tenant, file, choices, 1)
    build = ended(context, tenant, build_id)
    if build.state is not BuildState.SUCCEEDED:
        raise BackendError(f"The build {build.state.lower()}: {build.reason}")
    described = context.session.client("sagemaker").describe_pipeline_execution(
        PipelineExecutionArn=build.execution_arn
    )
    took = described["LastModifiedTime"] - described["CreationTime"]
    return float(took.total_seconds())


def _bare(root: Path, file: Path, choices: Choices) -> float:
    """The three scripts one after the other, with nothing around them but copied files."""
    began = time.perf_counter()
    first, second, third = (root / name for name in ("preprocess", "train", "evaluate"))
    _copy(file, first / "processing/input" / file.name)
    for name in _OUTPUTS:
        (first / "processing" / name).mkdir(parents=True)
    _run(
        "preprocess",
        "preprocess.py",
        first,
        f"--target={choices.target}",
        "--objective=auto",
        "--seed=0",
        f"--algorithm={choices.algorithm}",
    )
    for name in ("train", "validation", "schema"):
        _copy(first / "processing" / name, second / "input/data" / name)
    _configure(second)
    _run(choices.algorithm, "train.py", second, "train")
    for name in ("test", "schema"):
        _copy(first / "processing" / name, third / "processing" / name)
    (third / "processing/model").mkdir()
    (third / "processing/evaluation").mkdir()
    with tarfile.open(third / "processing/model/model.tar.gz", "w:gz", compresslevel=1) as bundle:
        for artefact in sorted((second / "model").iterdir()):
            bundle.add(artefact, artefact.name)
    _run("evaluate", "evaluate.py", third)
    return time.perf_counter() - began


def _configure(root: Path) -> None:
    for name in ("input/config", "model", "output/data"):
        (root / name).mkdir(parents=True)
    documents = {
        "hyperparameters": {"parameters": "{}", "seed": "0"},
        "inputdataconfig": {name: {} for name in ("train", "validation", "schema")},
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"]},
    }
    for name, document in documents.items():
        (root / "input/config" / f"{name}.json").write_text(json.dumps(document))


def _run(image: str, script: str, root: Path, *arguments: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(root),
        "OMP_NUM_THREADS": "1",
        "SAGEMAKER_BASE_DIR": str(root),
    }
    (root / "output").mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, str(CONTAINERS / image / script), *arguments],
        env=environment,
        cwd=root,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.overhead", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--csv", type=Path, default=ROOT / "demo/data/churn.csv")
    parser.add_argument("--target", default="churn")
    parser.add_argument("--algorithm", default="xgboost")
    parser.add_argument("--n", type=int, default=3, help="runs of each, after one to warm up")
    return parser


if __name__ == "__main__":
    sys.exit(main())
