"""A month's invoices beside their cost, and an invoice's lines as a table to read."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from backend.domain.exact import exact_sum
from backend.domain.invoice import InvoiceSummary
from backend.domain.usage import MonthUsage, TierUsage
from portal import invoice_margins, invoice_tables
from portal.invoice_margins import MonthCost
from tests.unit.domain.test_invoice_html import DRAFT, FINAL
from tests.unit.values import tenant

MONTH = "2026-11"
ACME = InvoiceSummary(
    "acme", "Acme Retail", MONTH, Decimal(100), {"basic": Decimal(40), "premium": Decimal(60)}, "7"
)
BANK = InvoiceSummary("bank", "Bank", MONTH, Decimal(0), missing_plan="Tier 'gold' has no plan.")
SPENT = MonthCost(
    known=True,
    by_tenant={"acme": Decimal(30), "gone": Decimal(5)},
    usage={
        "acme": MonthUsage(
            "acme",
            MONTH,
            (TierUsage("basic", metered=Decimal(1)), TierUsage("premium", metered=Decimal(2))),
        )
    },
)


def test_a_tenants_margin_is_what_cost_leaves_of_its_invoice() -> None:
    acme, bank = invoice_tables.of_month([ACME, BANK], SPENT.by_tenant).to_dict("records")
    assert (acme["Number"], acme["Status"]) == ("7", ["Final"])
    assert [acme[c] for c in ("Revenue", "Cost", "Margin", "Of revenue")] == [
        "$100.00",
        "$30.00",
        "$70.00",
        "70.0 %",
    ]
    assert (bank["Revenue"], bank["Cost"]) == ("No plan", "$0.00")


def test_without_any_cost_known_there_is_no_margin() -> None:
    assert "Margin" not in invoice_tables.of_month([ACME], None).columns
    found = invoice_margins.by_tier([ACME], replace(SPENT, known=False), [tenant()], MONTH)
    assert list(invoice_tables.tiers(found, known=False).columns) == ["Tier", "Revenue"]


def test_revenue_and_cost_by_tier_add_up_to_the_whole() -> None:
    found = invoice_margins.by_tier([ACME, BANK], SPENT, [tenant()], MONTH)
    assert {tier: (m.revenue, m.cost) for tier, m in found.items()} == {
        "": (0, 5),
        "basic": (40, 10),
        "premium": (60, 20),
    }
    whole = invoice_margins.whole([ACME, BANK], SPENT)
    assert exact_sum(margin.amount for margin in found.values()) == whole.amount
    shown = invoice_tables.tiers(found, known=True)
    assert list(shown["Tier"]) == ["No tier", "Basic", "Premium"]
    assert list(shown["Of revenue"]) == ["", "75.0 %", "66.7 %"]


def test_a_tenant_that_has_left_has_its_cost_in_the_tier_of_its_days() -> None:
    gone = replace(tenant("gone", "premium"), left_at=datetime(2026, 11, 9, tzinfo=UTC))
    found = invoice_margins.by_tier([], SPENT, [gone], MONTH)
    assert found["premium"].cost == 25


def test_lines_are_a_table_whatever_stands_in_them() -> None:
    nasty = replace(FINAL.lines[0], text="a | b *c*\\ $x$")
    header, _, line, total = invoice_tables.lines(replace(FINAL, lines=(nasty,))).splitlines()
    assert header == "| What | Quantity | Price | Amount |"
    assert r"a \| b \*c\*\\ \$x\$" in line
    assert total.endswith(r"| **\$29\.00** |")


def test_ones_own_list_names_months_as_people_do() -> None:
    [row] = invoice_tables.own([replace(ACME, number=None, tenant_name=DRAFT.tenant_name)]).to_dict(
        "records"
    )
    assert row == {"Month": "November 2026", "Status": ["Draft"], "Number": "", "Total": "$100.00"}
