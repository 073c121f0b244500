"""Invoices as files for spreadsheets: amounts to the cent, and nothing that a cell would run."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from backend.domain.exact import exact_sum
from backend.domain.invoice import summary_of
from portal import invoice_files
from tests.unit.domain.test_invoice_html import DRAFT, FINAL, LINES


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_line_is_a_row_with_its_builds() -> None:
    fee, minutes = read(invoice_files.lines(FINAL))
    assert (fee["invoice"], fee["status"], fee["kind"]) == ("2026-000123", "Final", "Fee")
    assert (minutes["quantity"], minutes["amount"]) == ("60000.5", "1200.01")
    assert minutes["build_ids"].split() == ["b1", "b2"]
    assert exact_sum(Decimal(row["amount"]) for row in (fee, minutes)) == FINAL.total


def test_a_draft_has_no_number_and_says_so_in_its_files_name() -> None:
    assert {row["invoice"] for row in read(invoice_files.lines(DRAFT))} == {""}
    assert invoice_files.name_of(DRAFT, "csv") == "invoice-2026-11-draft-acme.csv"
    assert invoice_files.name_of(FINAL, "html") == "invoice-2026-000123-acme.html"


def test_a_months_export_has_a_row_for_each_tier_and_adds_up() -> None:
    two = replace(FINAL, lines=(*LINES, replace(LINES[0], tier="premium")))
    rows = read(invoice_files.summaries([summary_of(two), summary_of(DRAFT)]))
    assert [(row["tier"], row["amount"]) for row in rows] == [
        ("basic", "1229.01"),
        ("premium", "29.00"),
        ("basic", "1229.01"),
    ]
    assert {row["currency"] for row in rows} == {"USD"}


def test_an_invoice_without_lines_has_a_row_in_the_export_and_one_without_a_plan_has_none() -> None:
    free = replace(summary_of(replace(FINAL, lines=())), tenant_id="free")
    unknown = replace(free, tenant_id="unknown", missing_plan="Tier 'gold' has no plan.")
    [row] = read(invoice_files.summaries([free, unknown]))
    assert (row["tenant_id"], row["tier"], row["amount"]) == ("free", "", "0")
    assert row["invoice"] == FINAL.number


@pytest.mark.parametrize("first", "=+-@\t\r")
def test_a_name_that_a_spreadsheet_would_run_is_a_text(first: str) -> None:
    named = replace(summary_of(FINAL), tenant_name=f"{first}cmd")
    [row] = read(invoice_files.summaries([named]))
    assert row["tenant"] == f"'{first}cmd"
    evil = replace(FINAL, lines=(replace(LINES[0], text=f"{first}cmd", price=f"{first}1"),))
    [line] = read(invoice_files.lines(evil))
    assert (line["text"], line["price"]) == (f"'{first}cmd", f"'{first}1")
