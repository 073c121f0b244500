"""What becomes of each kind of column, and what is said about it."""

import random
from datetime import date
from pathlib import Path

import pytest

from tests.unit.pipeline.samples import column, rows, table
from tests.unit.pipeline.workshop import prepared, refusal

MARKERS = ["?", "NA", "N/A", "n/a", "null", "None", "-", "nan", "NaN", "#N/A", "  ", ""]


@pytest.mark.parametrize("marker", MARKERS)
def test_a_missing_number_becomes_the_training_median_and_is_marked(tmp_path: Path, marker: str):
    found = prepared(
        tmp_path, column("score", lambda n: marker if n % 4 == 0 else str(n % 10)), target="left"
    )
    table = found.all_rows()
    [plan] = [plan for plan in found.schema["columns"] if plan["name"] == "score"]
    assert plan["kind"] == "numeric"
    assert table["score (missing)"].sum() == 15
    assert set(table["score"][table["score (missing)"] == 1]) == {plan["medians"][""]}


@pytest.mark.parametrize("marker", MARKERS)
def test_a_missing_category_is_one_of_its_own(tmp_path: Path, marker: str):
    found = prepared(tmp_path, column("size", lambda n: [marker, "S", "L"][n % 3]), target="left")
    [plan] = [plan for plan in found.schema["columns"] if plan["name"] == "size"]
    assert sorted(plan["categories"]) == ["L", "S"]
    assert found.all_rows()["size"].value_counts().to_dict() == {1: 20, 2: 20, 3: 20}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" 7 ", 7),
        ("+7", 7),
        ("7.", 7),
        ("-.5", -0.5),
        ("1e3", 1000),
        ("1,234.5", 1234.5),
        ("$1,234.50", 1234.5),
        ("12 %", 12),
        ("1'234.5", 1234.5),
    ],
)
def test_numbers_are_read_as_people_write_them(tmp_path: Path, written: str, meant: float):
    found = prepared(
        tmp_path, column("n", lambda n: f'"{written}"' if n % 2 else f"{n}.25"), target="left"
    )
    assert meant in found.all_rows()["n"].to_list()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1.234,5", 1234.5), ("7,25", 7.25), ("-0,5", -0.5), ("1 234,5", 1234.5), ("12,5 €", 12.5)],
)
def test_decimal_commas_are_read_where_most_cells_have_them(
    tmp_path: Path, written: str, meant: float
):
    body = [[f"{n},5" if n % 2 else written, *cells] for n, cells in enumerate(rows())]
    content = table(body, header="n,age,town,spend,left", delimiter=";")
    assert meant in prepared(tmp_path, content).all_rows()["n"].to_list()


def test_a_few_cells_that_are_no_numbers_count_as_missing(tmp_path: Path):
    found = prepared(tmp_path, column("n", lambda n: "broken" if n == 7 else str(n)), target="left")
    assert found.kind("n") == "numeric"
    assert found.all_rows()["n"].notna().all()


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("2024-{m:02}-{d:02}", "days, month, day, weekday"),
        ("{d:02}.{m:02}.2024", "days, month, day, weekday"),
        ("{m:02}/{d:02}/2024", "days, month, day, weekday"),
        ("{d:02}/{m:02}/2024", "days, month, day, weekday"),
        ("2024-{m:02}-{d:02} {h:02}:30:00", "days, month, day, weekday, hour"),
        ("2024-{m:02}-{d:02}T{h:02}:30:00.123Z", "days, month, day, weekday, hour"),
        ("2024-{m:02}-{d:02} {h:02}:30", "days, month, day, weekday, hour"),
    ],
)
def test_dates_become_numbers(tmp_path: Path, written: str, parts: str):
    def cell(n: int) -> str:
        return written.format(m=n % 12 + 1, d=28 - n % 27, h=n % 24)

    found = prepared(tmp_path, column("since", cell), target="left")
    assert found.kind("since") == "date"
    assert found.treatment("since").endswith(parts)
    table = found.all_rows()
    assert sorted(set(table["since (month)"])) == list(range(1, 13))
    assert table["since (day)"].max() == 28
    assert set(table["since (weekday)"]) == set(range(7))


@pytest.mark.parametrize("form", ["%b-%Y", "%Y %b", "%b %Y", "%Y-%m"])
def test_months_are_dates(tmp_path: Path, form: str):
    def cell(n: int) -> str:
        return date(2000 + n // 12, n % 12 + 1, 1).strftime(form)

    found = prepared(tmp_path, column("month", cell), target="left")
    assert found.treatment("month").endswith("used as days, year, month, weekday")


def test_missing_dates_are_marked(tmp_path: Path):
    found = prepared(
        tmp_path,
        column("since", lambda n: "" if n % 5 == 0 else f"2024-01-{n % 28 + 1:02}"),
        target="left",
    )
    assert found.all_rows()["since (missing)"].sum() == 12


@pytest.mark.parametrize(("yes", "no"), [("Yes", "No"), ("TRUE", "FALSE"), ("y", "n"), ("t", "f")])
def test_answers_become_one_and_zero(tmp_path: Path, yes: str, no: str):
    found = prepared(tmp_path, column("member", lambda n: yes if n % 3 else no), target="left")
    assert found.kind("member") == "boolean"
    assert found.all_rows()["member"].sum() == 40


@pytest.mark.parametrize(
    ("name", "cell", "reason"),
    [
        ("nothing", lambda n: "", "it is empty"),
        ("nothing", lambda n: "?", "it is empty"),
        ("same", lambda n: "7", "it holds nothing but 7"),
        ("same", lambda n: "so", "it holds nothing but 'so'"),
        ("day", lambda n: "2024-05-04", "it holds one date only"),
        ("customerID", lambda n: str(7000 - n * 3), "it numbers the rows"),
        ("order_no", lambda n: str(n), "it numbers the rows"),
        ("code", lambda n: f"c{n}-x", "different texts in 42 rows"),
        ("note", lambda n: f"{n // 2} words of what was said", "too rare to learn from"),
    ],
)
def test_columns_that_say_nothing_are_left_out_with_the_reason(
    tmp_path: Path, name: str, cell, reason: str
):
    found = prepared(tmp_path, column(name, cell), target="left")
    assert found.kind(name) == "dropped"
    assert reason in found.treatment(name)
    assert name not in found.all_rows()


def test_whole_numbers_that_repeat_are_kept_whatever_their_name(tmp_path: Path):
    found = prepared(tmp_path, column("shop_id", lambda n: str(n % 9)), target="left")
    assert found.kind("shop_id") == "numeric"


def test_only_the_most_frequent_categories_are_kept(tmp_path: Path):
    draw = random.Random(0)
    body = [
        [f"shop {min(int(draw.expovariate(0.02)), 400)}", *cells] for cells in rows(3000, seed=2)
    ]
    found = prepared(tmp_path, table(body, header="shop,age,town,spend,left"))
    [plan] = [plan for plan in found.schema["columns"] if plan["name"] == "shop"]
    assert len(plan["categories"]) == 100
    assert "rare ones taken together" in found.treatment("shop")
    assert found.all_rows()["shop"].isin(range(102)).all()
    assert (found.all_rows()["shop"] == 0).any()


def test_a_file_without_a_usable_column_is_refused_with_the_reasons(tmp_path: Path):
    body = [[str(n), f"c{n}", str(n % 2)] for n in range(60)]
    told = refusal(tmp_path, table(body, header="id,code,y"))
    assert "'id': it numbers the rows" in told
    assert "'code': it holds" in told


def test_numbers_beyond_single_precision_count_as_missing(tmp_path: Path):
    found = prepared(
        tmp_path, column("n", lambda n: ["1e300", "inf", str(n)][n % 3]), target="left"
    )
    assert found.all_rows()["n (missing)"].sum() == 40
