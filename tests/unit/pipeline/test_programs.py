"""The containers' programs, started as SageMaker starts them: exit codes, words, files left."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.unit.pipeline.samples import learnable, table
from tests.unit.pipeline.workshop import (
    Prepared,
    evaluate,
    prepared,
    preprocess,
    program_of,
    read,
    run,
    train,
)

ALGORITHMS = ("xgboost", "linear")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepared(tmp_path_factory.mktemp("ready"), learnable("binary"))


def test_a_file_becomes_three_splits_a_schema_and_a_report(tmp_path: Path):
    ended = preprocess(tmp_path, table())
    assert (ended.code, ended.told) == (0, "")
    folder = tmp_path / "processing"
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert left == {
        "input/data.csv",
        "train/train.parquet",
        "validation/validation.parquet",
        "test/test.parquet",
        "schema/schema.json",
        "report/report.json",
    }
    assert len(Prepared(tmp_path).report["sha256"]) == 64


def test_a_refusal_is_one_sentence_and_no_traceback(tmp_path: Path):
    ended = preprocess(tmp_path, b"a,b\n1,2\n")
    assert ended.code == 1
    assert ended.told.startswith("The target 'b' has too few rows with a value (1)")
    assert ended.log.strip() == ended.told


@pytest.mark.parametrize("image", ["preprocess", "evaluate", "xgboost", "linear"])
def test_a_program_starts_with_nothing_but_its_folder_and_the_libraries(tmp_path: Path, image: str):
    """Where nothing is given to it, it says so in its own words and not by a failed import."""
    ended = subprocess.run(
        [sys.executable, program_of(image)],
        env={"SAGEMAKER_BASE_DIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "ImportError" not in ended.stderr
    assert "ModuleNotFoundError" not in ended.stderr


@pytest.mark.parametrize("image", ["preprocess", "xgboost", "evaluate"])
def test_a_fault_of_the_program_is_told_as_one_and_traced_in_the_log(tmp_path: Path, image: str):
    (tmp_path / "processing/input").mkdir(parents=True)
    (tmp_path / "processing/input/data.csv").write_bytes(table())
    (tmp_path / "processing/schema").write_text("in the way of the folder")
    ended = run(image, tmp_path)
    assert ended.code == 1
    assert "Traceback" in ended.log or image == "evaluate"
    assert "Traceback" not in ended.told
    assert ended.told.endswith(".")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_trained_model_can_be_read_and_scores_alone(
    tmp_path: Path, ready: Prepared, algorithm: str
):
    ended = train(algorithm, tmp_path, ready.root, parameters='{"regularization": 2}')
    assert ended.code == 0, ended.log
    files = {file.name for file in (tmp_path / "model").iterdir()}
    model = {"xgboost": "model.ubj", "linear": "linear.json"}[algorithm]
    assert files == {model, "model.json", "schema.json"}
    card = read(tmp_path / "model/model.json")
    assert card["features"] == [feature["name"] for feature in ready.schema["features"]]
    assert card["hyperparameters"]["regularization"] == 2
    assert sum(card["importances"].values()) == pytest.approx(1)
    assert next(iter(card["importances"])) == "x"
    assert list(card["importances"])[-1] == "z"
    assert f"validation_score={card['validation_score']:.8g}" in ended.log
    assert read(tmp_path / "model/schema.json") == ready.schema


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_seed_and_data_make_the_same_model(
    tmp_path: Path, ready: Prepared, algorithm: str
):
    for name in ("first", "again"):
        assert train(algorithm, tmp_path / name, ready.root, seed="7").code == 0
    for file in (tmp_path / "first/model").iterdir():
        assert file.read_bytes() == (tmp_path / "again/model" / file.name).read_bytes(), file.name


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"parameters": '{"depth": 3}'}, "has no hyperparameter 'depth': use one of"),
        ({"parameters": '{"regularization": "much"}'}, "'regularization' is 'much': give a number"),
        ({"parameters": '{"regularization": true}'}, "'regularization' is True: give a number"),
        ({"parameters": '{"regularization": -1}'}, "'regularization' is -1: give a number from"),
        ({"parameters": "[1]"}, "have to be a JSON object"),
        ({"parameters": "{"}, "are not JSON"),
        ({"regularization": "nan"}, "'regularization' is 'nan': give a number"),
    ],
)
def test_hyperparameters_out_of_range_are_refused_with_the_range(
    tmp_path: Path, ready: Prepared, algorithm: str, given: dict[str, str], sentence: str
):
    ended = train(algorithm, tmp_path, ready.root, **given)
    assert ended.code == 1
    assert sentence in ended.told
    assert "Traceback" not in ended.log


def test_what_tuning_tries_wins_over_the_parameters(tmp_path: Path, ready: Prepared):
    ended = train("linear", tmp_path, ready.root, parameters='{"knots": 1}', knots="6.0")
    assert ended.code == 0, ended.log
    assert read(tmp_path / "model/model.json")["hyperparameters"]["knots"] == 6


def test_knots_bend_what_a_straight_line_cannot_follow(tmp_path: Path):
    body = [[f"{n / 100 - 2:.3f}", str(n % 5), f"{abs(n / 100 - 2):.3f}"] for n in range(400)]
    found = prepared(tmp_path / "p", table(body, header="x,z,y"))
    scores = {}
    for knots in ("0", "5"):
        root = tmp_path / knots
        assert train("linear", root, found.root, knots=knots).code == 0
        scores[knots] = read(root / "model/model.json")["validation_score"]
    assert scores["0"] < 0.1
    assert scores["5"] > 0.95


def test_only_the_first_host_of_a_job_trains(tmp_path: Path, ready: Prepared):
    train("linear", tmp_path, ready.root)
    hosts = {"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]}
    (tmp_path / "input/config/resourceconfig.json").write_text(json.dumps(hosts))
    (tmp_path / "model/model.json").unlink()
    ended = run("linear", tmp_path)
    assert ended.code == 0
    assert not (tmp_path / "model/model.json").exists()


def test_categories_never_seen_in_training_are_scored(tmp_path: Path):
    """A town that only validation and test know gets a code no model has a term for."""
    found = prepared(tmp_path / "p", learnable("binary"))
    for algorithm in ALGORITHMS:
        root = tmp_path / algorithm
        assert train(algorithm, root / "t", found.root).code == 0
        file = found.root / "processing/test/test.parquet"
        before = file.read_bytes()
        table = found.rows("test")
        table["town"] = 0.0
        table.set_axis(
            ["label", *(f"f{n}" for n in range(len(table.columns) - 1))], axis=1
        ).to_parquet(file, index=False)
        evaluation = evaluate(root / "e", root / "t/model", found.root)
        file.write_bytes(before)
        assert evaluation["gate"]["skill"] > 0


def test_an_archive_that_is_no_model_is_named(tmp_path: Path):
    folder = tmp_path / "processing/model"
    folder.mkdir(parents=True)
    (tmp_path / "other.txt").write_text("hello")
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "other.txt", "../../outside.txt")
    ended = run("evaluate", tmp_path)
    assert ended.code == 1
    assert ended.told == "model.tar.gz holds no model that can be read: 'model.json'."
    assert not list(tmp_path.parent.glob("outside.txt"))
