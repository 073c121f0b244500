"""The target and the objective: found, recognised, and refused with a remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.pipeline.samples import column, rows, table, text
from tests.unit.pipeline.workshop import prepared, refusal

Cell = Callable[[int], str]


def with_target(cell: Cell, count: int = 60) -> bytes:
    body = [[*cells[:3], cell(n)] for n, cells in enumerate(rows(count))]
    return table(body, header="age,town,spend,goal")


@pytest.mark.parametrize(
    ("cell", "objective", "classes"),
    [
        (lambda n: str(n % 2), "binary", ["0", "1"]),
        (lambda n: "01"[n % 5 > 0], "binary", ["0", "1"]),
        (lambda n: ["yes", "no"][n % 5 > 0], "binary", ["no", "yes"]),
        (lambda n: ["good", "bad"][n % 5 > 0], "binary", ["bad", "good"]),
        (lambda n: ["bad", "good"][n % 5 > 0], "binary", ["good", "bad"]),
        (lambda n: ["+", "-"][n % 5 > 0], "binary", ["-", "+"]),
        (lambda n: ["none", "some"][n % 2], "binary", ["none", "some"]),
        (lambda n: str(n % 2 + 1), "binary", ["1", "2"]),
        (lambda n: f"{n % 2}.5", "binary", ["0.5", "1.5"]),
        (lambda n: ["1", "-1"][n % 5 > 0], "binary", ["-1", "1"]),
        (lambda n: "abc"[n % 3], "multiclass", ["a", "b", "c"]),
        (lambda n: str(3 + n % 3), "multiclass", ["3", "4", "5"]),
        (lambda n: f"{n % 3}.5", "regression", []),
        (lambda n: str(n), "regression", []),
        (lambda n: f'"${n},000.50"', "regression", []),
    ],
)
def test_the_objective_follows_from_the_target(
    tmp_path: Path, cell: Cell, objective: str, classes: list[str]
):
    found = prepared(tmp_path, with_target(cell))
    assert (found.schema["objective"], found.schema["classes"]) == (objective, classes)


def test_twenty_ratings_are_classes_where_each_has_many_rows(tmp_path: Path):
    found = prepared(tmp_path, with_target(lambda n: str(n % 20), count=800))
    assert found.schema["objective"] == "multiclass"
    assert found.schema["classes"] == [str(n) for n in range(20)]


@pytest.mark.parametrize("asked", ["town", "TOWN", " town ", "T o w n"])
def test_a_target_is_found_by_name_whatever_case_and_space(tmp_path: Path, asked: str):
    assert prepared(tmp_path, table(), target=asked).report["target"] == "town"


def test_without_a_name_the_last_column_is_predicted_and_the_report_says_so(tmp_path: Path):
    found = prepared(tmp_path, table())
    assert found.report["target"] == "left"
    assert any("last column, 'left'" in told for told in found.report["warnings"])


def test_an_exact_name_wins_over_one_that_differs_in_case(tmp_path: Path):
    found = prepared(tmp_path, table(header="age,Left,spend,left"), target="Left")
    assert found.report["target"] == "Left"


def test_an_absent_target_is_named_and_the_columns_are_listed(tmp_path: Path):
    told = refusal(tmp_path, table(), target="churn")
    assert told == (
        "The target 'churn' is not a column of the file. Choose one of the columns: "
        "'age', 'town', 'spend', 'left'."
    )


def test_a_long_list_of_columns_is_cut(tmp_path: Path):
    body = [[str(n % 7)] * 200 for n in range(60)]
    told = refusal(tmp_path, table(body, header=",".join(f"c{n}" for n in range(200))), target="x")
    assert "and 170 more" in told


def test_rows_without_a_target_are_dropped_and_counted(tmp_path: Path):
    found = prepared(tmp_path, with_target(lambda n: "" if n % 6 == 0 else "yn"[n % 2]))
    assert found.report["rows_dropped"] == [{"reason": "no value in the target 'goal'", "rows": 10}]
    assert found.report["rows_read"] == 60
    assert len(found.all_rows()) == 50


def test_cells_of_a_numeric_target_that_are_no_numbers_are_dropped_and_counted(tmp_path: Path):
    found = prepared(tmp_path, with_target(lambda n: "broken" if n == 30 else f"{n}.5"))
    assert found.report["rows_dropped"] == [
        {"reason": "the target 'goal' is not a number", "rows": 1}
    ]


def test_rare_classes_are_left_out_and_two_remaining_ones_are_binary(tmp_path: Path):
    found = prepared(tmp_path, with_target(lambda n: "maybe" if n < 2 else "yn"[n % 2]))
    assert found.schema["objective"] == "binary"
    assert found.report["rows_dropped"] == [
        {"reason": "fewer than 3 rows of their class ('maybe')", "rows": 2}
    ]


@pytest.mark.parametrize(
    ("content", "given", "sentence"),
    [
        (with_target(lambda n: "yes"), {}, "'goal' holds one value only ('yes')"),
        (with_target(lambda n: "1.0"), {}, "'goal' holds one value only ('1')"),
        (with_target(lambda n: ""), {}, "The target 'goal' has too few rows with a value (0)"),
        (with_target(lambda n: "ab"[n % 2], 19), {}, "(19): upload at least 20"),
        (with_target(lambda n: "yn"[n > 1]), {}, "the values 'y' are in fewer than 3 rows"),
        (with_target(lambda n: f"text {n}"), {}, "has 60 different values in 60 rows"),
        (with_target(lambda n: f"text {n % 150}", 600), {}, "at most 100 classes"),
        (
            with_target(lambda n: "abc"[n % 3]),
            {"objective": "binary"},
            "has 3 different values, and one of two outcomes is asked for",
        ),
        (
            with_target(lambda n: "abc"[n % 3]),
            {"objective": "regression"},
            "holds texts such as 'a', and a regression predicts numbers",
        ),
        (
            with_target(lambda n: f"{n}.5"),
            {"objective": "multiclass"},
            "has 60 different values in 60 rows",
        ),
        (table(), {"objective": "ranking"}, "choose one of 'auto', 'binary'"),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_a_remedy(
    tmp_path: Path, content: bytes, given: dict[str, str], sentence: str
):
    assert sentence in refusal(tmp_path, content, **given)


def test_an_objective_that_fits_is_taken(tmp_path: Path):
    content = with_target(lambda n: str(n % 2))
    for asked in ("binary", "multiclass", "regression"):
        found = prepared(tmp_path / asked, content, objective=asked)
        assert found.schema["objective"] == asked


def test_priors_and_mean_are_those_of_the_training_split(tmp_path: Path):
    found = prepared(tmp_path / "classes", with_target(lambda n: "yn"[n % 3 > 0]))
    labels = found.rows("train")["label"]
    assert found.schema["priors"] == pytest.approx([1 - labels.mean(), labels.mean()])
    found = prepared(tmp_path / "numbers", with_target(lambda n: f"{n}.5"))
    assert found.schema["mean"] == pytest.approx(found.rows("train")["label"].mean())


def test_a_rare_outcome_is_warned_of(tmp_path: Path):
    found = prepared(tmp_path, with_target(lambda n: "yn"[n % 100 > 0], 1000))
    assert "Only 1.0% of the rows are of the rarer class." in found.report["warnings"]


def test_the_target_is_no_feature(tmp_path: Path):
    found = prepared(tmp_path, column("copy", lambda n: "ab"[n % 2]), target="copy")
    assert "copy" not in [feature["column"] for feature in found.schema["features"]]
    assert text().splitlines()[0] == "age,town,spend,left"
