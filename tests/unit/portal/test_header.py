"""Responsible for: the columns offered are those of the file, whatever its dialect."""

import pytest

from portal.components.header import first_look, proposed_target, shared_columns


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_splits_the_header(delimiter: str) -> None:
    look = first_look(delimiter.join(("age", "city", "churn")) + "\n" + delimiter.join("1ab"))
    assert look.columns == ("age", "city", "churn")
    assert look.rows == (("1", "a", "b"),)


def test_a_byte_order_mark_and_carriage_returns_are_no_part_of_a_name() -> None:
    assert first_look("\ufeffage;churn\r\n41;yes\r\n").columns == ("age", "churn")


def test_quotes_and_apostrophes_in_names_are_kept() -> None:
    look = first_look('"customer\'s ""age""","a, b",churn\n1,2,3\n')
    assert look.columns == ('customer\'s "age"', "a, b", "churn")


def test_only_the_first_rows_are_shown() -> None:
    assert len(first_look("a,b\n" + "1,2\n" * 100).rows) == 5


def test_a_first_line_of_numbers_is_no_header() -> None:
    assert first_look("1,2.5,yes\n3,4,no\n").seems_headless
    assert not first_look("a,b\n1,2\n").seems_headless


@pytest.mark.parametrize("head", ["", "\n\n", "\ufeff"])
def test_an_empty_file_has_no_columns(head: str) -> None:
    assert first_look(head).columns == ()


def test_several_files_share_the_columns_all_of_them_have() -> None:
    looks = [first_look("a,b,c,b,\n"), first_look("c,b,d\n")]
    assert shared_columns(looks) == ["b", "c"]
    assert shared_columns([]) == []


@pytest.mark.parametrize(
    ("columns", "proposed"),
    [
        (["age", "Churn", "city"], "Churn"),
        (["y", "Target", "x"], "Target"),
        (["churned", "age"], "age"),
    ],
)
def test_a_column_called_like_a_target_is_proposed_or_else_the_last(
    columns: list[str], proposed: str
) -> None:
    assert columns[proposed_target(columns)] == proposed
