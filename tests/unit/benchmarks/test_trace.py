"""Traces are read as they are meant, or refused by line."""

from pathlib import Path

import pytest

from backend.domain.errors import Invalid
from benchmarks.simulated.trace import Arrival, read

HEADER = "submit_s,tenant,tier,duration_s"


def trace(folder: Path, *lines: str) -> Path:
    file = folder / "trace.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_builds_come_in_the_order_of_their_submission(tmp_path: Path):
    file = trace(tmp_path, HEADER, "20.5,acme,basic,60", "", " 3 , globex , premium , 1e3 ")
    assert read(file) == (
        Arrival(3.0, "globex", "premium", 1000.0),
        Arrival(20.5, "acme", "basic", 60.0),
    )


def test_a_spreadsheet_s_byte_order_mark_is_no_part_of_the_header(tmp_path: Path):
    file = tmp_path / "trace.csv"
    file.write_text(f"{HEADER}\n0,acme,basic,60\n", encoding="utf-8-sig")
    assert len(read(file)) == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("0,acme,basic", "Line 3 of trace.csv has 3 fields: give 4,"),
        ("0,acme,basic,60,7", "Line 3 of trace.csv has 5 fields: give 4,"),
        ("soon,acme,basic,60", "Line 3 of trace.csv: submit_s is 'soon': give a number"),
        ("-1,acme,basic,60", "submit_s is '-1': give a number of seconds, 0 or more"),
        ("nan,acme,basic,60", "submit_s is 'nan'"),
        ("0,acme,basic,0", "duration_s is '0': give a number of seconds, more than 0"),
        ("0,acme,basic,inf", "duration_s is 'inf'"),
        ("0,acme,gold,60", "names tier 'gold': choose one of basic, standard, premium"),
        ("0,a#b,basic,60", "names tenant 'a#b': give up to 40 letters"),
        ("0,,basic,60", "names tenant ''"),
    ],
)
def test_a_line_that_tells_of_no_build_is_refused_by_its_number(
    tmp_path: Path, line: str, sentence: str
):
    with pytest.raises(Invalid) as refusal:
        read(trace(tmp_path, HEADER, "0,acme,basic,60", line))
    assert "Line 3 of trace.csv" in str(refusal.value)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("tenant,submit_s,tier,duration_s", "acme,0,basic,60"), "Line 1 of trace.csv is not"),
        (("",), "Line 1 of trace.csv is not the header: begin with"),
        ((HEADER,), "trace.csv tells of no builds: add a line"),
    ],
)
def test_a_file_without_header_or_builds_is_refused(
    tmp_path: Path, lines: tuple[str, ...], sentence: str
):
    with pytest.raises(Invalid, match=sentence):
        read(trace(tmp_path, *lines))


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path):
    with pytest.raises(Invalid, match="There is no trace"):
        read(tmp_path / "none.csv")
    (tmp_path / "trace.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Invalid, match="cannot be read as text"):
        read(tmp_path / "trace.csv")
