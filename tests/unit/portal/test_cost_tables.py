"""Lists of cost: what is nobody's comes last, and files keep every digit."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest

from backend.domain.cost import CostRecord
from backend.domain.focus import COLUMNS
from portal import cost_tables
from portal import format as show
from tests.unit.portal.builders import spent

DAY = date(2026, 2, 28)
RECORDS = [
    CostRecord(DAY, "acme", Decimal("0.0000012345"), True, "Amazon SageMaker", False, Decimal(1)),
    CostRecord(DAY, None, Decimal(2), False, "Tax"),
    CostRecord(DAY, None, Decimal("-3.5"), False, "=cmd()", shared=True, amortized=Decimal("-3.5")),
]


def test_what_is_nobodys_comes_last_and_all_adds_up() -> None:
    listed = cost_tables.tenants(
        spent({"acme": ["1", "2"], "bank": ["5"], None: ["1"]}, shared="1")
    )
    assert list(listed["Tenant"]) == ["bank", "acme", "Shared", "Unallocated"]
    assert list(listed["Total"]) == [show.money(Decimal(n)) for n in (5, 3, 1, 1)]
    assert list(listed["Share"]) == ["50.0 %", "30.0 %", "10.0 %", "10.0 %"]
    assert listed["Trend"][1] == [1.0, 2.0, 0.0]


def test_a_years_trend_is_sent_in_thirty_points_at_most() -> None:
    listed = cost_tables.tenants(spent({"acme": ["1"] * 365}, days=365))
    assert len(listed["Trend"][0]) <= 30
    assert sum(listed["Trend"][0]) == 365


def test_the_export_keeps_every_digit_and_no_formula() -> None:
    assert cost_tables.exported(RECORDS).splitlines() == [
        "day_utc,tenant_id,service,shared,unblended_usd,amortized_usd,estimated",
        "2026-02-28,acme,Amazon SageMaker,false,0.0000012345,1,true",
        "2026-02-28,,Tax,false,2,0,false",
        "2026-02-28,,'=cmd(),true,-3.5,-3.5,false",
    ]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_a_text(cell: str) -> None:
    assert cost_tables.harmless(cell) == f"'{cell}"
    assert cost_tables.harmless(f"a{cell}") == f"a{cell}"


def test_focus_has_the_specifications_columns_in_its_own_words() -> None:
    text = cost_tables.exported_as_focus(RECORDS, account="123456789012")
    usage, tax, credit = csv.DictReader(io.StringIO(text))
    assert tuple(usage) == COLUMNS
    assert len(COLUMNS) == 43
    assert usage["BilledCost"] == usage["ListCost"] == usage["ContractedCost"] == "0.0000012345"
    assert usage["EffectiveCost"] == "1"
    assert usage["ChargePeriodStart"] == "2026-02-28T00:00:00Z"
    assert usage["ChargePeriodEnd"] == usage["BillingPeriodEnd"] == "2026-03-01T00:00:00Z"
    assert usage["ServiceCategory"] == "AI and Machine Learning"
    assert json.loads(usage["Tags"]) == {"tenant-id": "acme"}
    assert [row["ChargeCategory"] for row in (usage, tax, credit)] == ["Usage", "Tax", "Credit"]
    assert json.loads(credit["Tags"]) == {"project": "mlaas"}
    # What the specification wants never to be null.
    for column in (
        "BilledCost",
        "BillingAccountId",
        "BillingCurrency",
        "BillingPeriodStart",
        "ChargeCategory",
        "ContractedCost",
        "EffectiveCost",
        "InvoiceIssuerName",
        "ListCost",
        "ProviderName",
        "PublisherName",
        "ServiceCategory",
        "ServiceName",
    ):
        assert all(row[column] for row in (usage, tax, credit)), column
