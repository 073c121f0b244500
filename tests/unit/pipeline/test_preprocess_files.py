"""A file is read in whatever layout, encoding or format it comes, or refused in one sentence."""

import gzip
import io
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.pipeline.samples import rows, table, text
from tests.unit.pipeline.workshop import Prepared, prepared, refusal, run

USUAL = {"age": "numeric", "town": "category", "spend": "numeric"}


def kinds(found: Prepared) -> dict[str, str]:
    return {told["name"]: told["kind"] for told in found.report["columns"]}


def with_decimal_commas(delimiter: str = ";") -> str:
    body = [[a, b, c.replace(".", ","), d] for a, b, c, d in rows()]
    return text(body, delimiter=delimiter)


def with_umlauts() -> str:
    return text().replace("Ulm", "Köln")


@pytest.mark.parametrize(
    ("content", "delimiter", "encoding"),
    [
        (table(), ",", "utf-8"),
        (("\ufeff" + with_decimal_commas()).encode(), ";", "utf-8"),
        (table(delimiter="\t"), "\t", "utf-8"),
        (table(delimiter="|"), "|", "utf-8"),
        (with_umlauts().encode(), ",", "utf-8"),
        (with_umlauts().encode("utf-16"), ",", "utf-16"),
        (with_umlauts().encode("utf-16-le"), ",", "utf-16-le"),
        (with_umlauts().encode("utf-16-be"), ",", "utf-16-be"),
        (with_umlauts().encode("latin-1"), ",", "cp1252"),
        (text().replace("Ulm", "Москва").encode("cp1251"), ",", "cp1251"),
        (with_umlauts().encode() + "44,München,1.00,no\n".encode("latin-1"), ",", "utf-8"),
        (text().replace("\n", "\r\n").encode(), ",", "utf-8"),
        (text().replace("\n", "\r").encode(), ",", "utf-8"),
    ],
)
def test_delimiter_and_encoding_are_recognised(
    tmp_path: Path, content: bytes, delimiter: str, encoding: str
):
    found = prepared(tmp_path, content)
    assert (found.report["delimiter"], found.report["encoding"]) == (delimiter, encoding)
    assert kinds(found) == USUAL
    assert sum(found.report["rows"].values()) in (60, 61)


def test_decimal_commas_are_numbers(tmp_path: Path):
    found = prepared(tmp_path, with_decimal_commas().encode())
    told = sorted(float(cells[2]) for cells in rows())
    assert found.all_rows()["spend"].sort_values().to_list() == pytest.approx(told)
    assert "decimal commas" in found.treatment("spend")


def test_quoted_decimal_commas_are_numbers_between_commas_too(tmp_path: Path):
    body = [[a, b, f'"{c}"'.replace(".", ","), d] for a, b, c, d in rows()]
    found = prepared(tmp_path, table(body))
    assert "decimal commas" in found.treatment("spend")
    assert found.all_rows()["spend"].max() < 101


def test_names_with_quotes_and_apostrophes_are_kept(tmp_path: Path):
    header = '"customer\'s age",\'town\',"say ""spend""", left '
    found = prepared(tmp_path, table(header=header), target="LEFT")
    assert list(kinds(found)) == ["customer's age", "'town'", 'say "spend"']
    assert found.report["target"] == "left"


def test_a_target_with_a_comma_and_quotes_is_found(tmp_path: Path):
    found = prepared(tmp_path, table(header='age,town,spend,"left, ""really"""'))
    assert found.report["target"] == 'left, "really"'


def test_second_and_blank_names_become_distinct(tmp_path: Path):
    found = prepared(tmp_path, table(header="x,,x,left"))
    assert list(kinds(found)) == ["x", "column_2", "x_2"]


def test_a_file_without_a_header_loses_no_row(tmp_path: Path):
    found = prepared(tmp_path, table(header=""))
    assert found.report["rows_read"] == 60
    assert found.report["target"] == "column_4"
    assert list(kinds(found).values()) == list(USUAL.values())
    assert any("No header" in told for told in found.report["warnings"])


def test_a_row_of_names_above_texts_is_a_header(tmp_path: Path):
    body = [[cells[1], cells[3]] for cells in rows()]
    found = prepared(tmp_path, table([*body, *body], header="town,left"))
    assert found.report["target"] == "left"


def test_names_that_are_years_are_names(tmp_path: Path):
    draw = random.Random(0)
    body = [[str(draw.randint(0, 999)) for _ in range(4)] for _ in range(60)]
    found = prepared(tmp_path, table(body, header="2015,2016,2017,2018"), target="2018")
    assert found.report["rows_read"] == 60


def test_a_first_row_that_names_the_target_is_a_header(tmp_path: Path):
    body = [[str(n % 7), str(n % 2)] for n in range(60)]
    found = prepared(tmp_path, table(body, header="1,2"), target="2")
    assert (found.report["target"], found.report["rows_read"]) == ("2", 60)


def test_lines_before_the_table_are_left_out(tmp_path: Path):
    found = prepared(tmp_path, b"Report of May\n\n" + table())
    assert kinds(found) == USUAL
    assert found.report["rows_read"] == 60


def test_a_delimiter_at_each_lines_end_makes_no_column(tmp_path: Path):
    found = prepared(tmp_path, "\n".join(line + "," for line in text().splitlines()).encode())
    assert (kinds(found), found.report["target"]) == (USUAL, "left")


def test_row_numbers_under_no_name_are_left_out(tmp_path: Path):
    body = [[str(n), *cells] for n, cells in enumerate(rows())]
    found = prepared(tmp_path, table(body))
    assert kinds(found) == {"column_1": "dropped"} | USUAL


def test_rows_of_another_length_are_dropped_and_counted(tmp_path: Path):
    found = prepared(tmp_path, table() + b"1,2\n1,2,3,4,5\n")
    assert found.report["rows_read"] == 62
    assert found.report["rows_dropped"] == [
        {"reason": "not as many cells as the header", "rows": 2}
    ]
    assert sum(found.report["rows"].values()) == 60


def test_values_may_go_over_several_lines(tmp_path: Path):
    found = prepared(tmp_path, text().replace("Ulm", '"Ulm,\nDonau"').encode())
    assert found.report["rows_read"] == 60
    assert "Ulm,\nDonau" in found.schema["columns"][1]["categories"]


def test_long_notes_of_many_lines_are_single_values(tmp_path: Path):
    note = '"' + "\n".join(f"line {n}, of a note" for n in range(40)) + '"'
    body = [
        [*cells[:3], note if n % 9 == 0 else "short", cells[3]] for n, cells in enumerate(rows())
    ]
    found = prepared(tmp_path, table(body, header="age,town,spend,note,left"))
    assert found.report["rows_read"] == 60
    assert kinds(found) == USUAL | {"note": "category"}


@pytest.mark.parametrize("line", [2, 30, 59])
def test_a_quote_that_is_never_closed_costs_no_other_row(tmp_path: Path, line: int):
    lines = text().splitlines()
    lines[line] = lines[line].replace(",", ',"', 1)
    found = prepared(tmp_path, "\n".join(lines).encode())
    assert found.report["rows_read"] == 60
    assert kinds(found) == USUAL


def test_a_wide_row_is_read(tmp_path: Path):
    body = [
        [*cells[:3], "x" * 2_000_000 if n == 7 else "y" * (n % 3), cells[3]]
        for n, cells in enumerate(rows())
    ]
    found = prepared(tmp_path, table(body, header="age,town,spend,note,left"))
    assert found.report["rows_read"] == 60


def test_two_hundred_columns_are_read(tmp_path: Path):
    draw = random.Random(0)
    names = [f"measure {n}" for n in range(199)]
    body = [[*(f"{draw.gauss(0, 1):.3f}" for _ in names), cells[3]] for cells in rows(100)]
    found = prepared(tmp_path, table(body, header=",".join([*names, "left"])))
    assert len(found.schema["features"]) == 199
    assert found.rows("train").shape == (70, 200)


def test_gzip_is_unpacked(tmp_path: Path):
    found = prepared(tmp_path, gzip.compress(table()), "data.csv.gz")
    assert kinds(found) == USUAL


def parquet(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame) -> bytes:
    content = io.BytesIO()
    change(pd.read_csv(io.BytesIO(table()))).to_parquet(content)
    return content.getvalue()


def test_parquet_is_read_as_the_same_table_is_as_csv(tmp_path: Path):
    found = prepared(tmp_path / "p", parquet(), "data.parquet")
    same = prepared(tmp_path / "c", table())
    assert found.report["format"] == "parquet"
    assert found.schema == same.schema
    pd.testing.assert_frame_equal(found.all_rows(), same.all_rows())


def test_parquets_types_are_understood(tmp_path: Path):
    def typed(frame: pd.DataFrame) -> pd.DataFrame:
        frame["since"] = pd.date_range("2024-01-01", periods=len(frame), freq="36h")
        frame["member"] = frame["age"] > 40
        frame["town"] = frame["town"].astype("category")
        frame["tags"] = [["a"]] * len(frame)
        frame["big"] = [2**60 + n % 5 * 2**50 for n in range(len(frame))]
        return frame

    found = prepared(tmp_path, parquet(typed), target="left")
    assert kinds(found) == USUAL | {"since": "date", "member": "boolean", "big": "numeric"}
    assert any("lists or records" in told for told in found.report["warnings"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\n\n \n", "The file is empty"),
        (gzip.compress(b""), "The file is empty"),
        (b"a,b,c\n", "has a header but no rows"),
        (b"a,b\n1,2\n3,4\n5,6\n", "The target 'b' has too few rows with a value (3)"),
        (b"a\n" + b"1\n2\n" * 30, "one column only"),
        (b"PK\x03\x04" + b"x" * 999, "an Excel workbook or a zip archive"),
        (b"%PDF-1.7\n", "a PDF"),
        (gzip.compress(table())[:-20], "gzip archive is damaged"),
        (b"PAR1" + b"x" * 99 + b"PAR1", "Parquet file cannot be read"),
        (random.Random(0).randbytes(5000), "binary data"),
        (b'[{"a": 1}, {"a": 2}]', "JSON"),
        (b"<!DOCTYPE html><table></table>", "a web page"),
        (b"a,b,c\n" + b"1,2\n" * 50 + b"1,2,3\n" * 30, "50 of 80 rows do not have the header's 3"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path: Path, content: bytes, sentence: str):
    assert sentence in refusal(tmp_path, content)


def test_two_files_are_one_too_many(tmp_path: Path):
    folder = tmp_path / "processing/input"
    folder.mkdir(parents=True)
    for name in ("a.csv", "b.csv"):
        (folder / name).write_bytes(table())
    ended = run("preprocess", tmp_path)
    assert (ended.code, ended.told) == (1, "2 files were given to build from: upload exactly one.")
