"""An invoice as a page to print: whole, harmless, and marked as a draft while it is one."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.bill import InvoiceLine, LineKind
from backend.domain.invoice import Invoice, PlanVersion
from backend.domain.invoice_html import as_html

AT = datetime(2026, 12, 5, 9, 30, tzinfo=UTC)
LINES = (
    InvoiceLine(
        LineKind.FEE, "basic", "Monthly fee", Decimal(30), "day", "29 USD a month", Decimal("29.00")
    ),
    InvoiceLine(
        LineKind.MINUTES,
        "basic",
        "Build minutes",
        Decimal("60000.5"),
        "minute",
        "0.02 USD a minute",
        Decimal("1200.01"),
        ("b1", "b2"),
    ),
)
DRAFT = Invoice(
    "acme",
    "Acme Retail",
    "2026-11",
    LINES,
    (PlanVersion("basic", ""),),
    ("Amounts are in USD, before taxes.",),
    data_as_of=AT,
    open_reasons=("November 2026 is not over.",),
    provider="Best Models Inc.",
)
FINAL = replace(DRAFT, open_reasons=()).issued("2026-000123", at=AT, by="Pat")


class Read(HTMLParser):
    """What a browser would make of the page: its elements, and the text a person reads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._styling = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._styling = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._styling:
            self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._styling = False

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def test_a_draft_is_marked_as_one_and_says_why():
    page = as_html(DRAFT)
    assert '<body class="draft">' in page
    assert "Draft of an invoice" in page
    assert "November 2026 is not over." in Read(page).text


def test_an_issued_invoice_says_who_to_whom_for_when_and_how_much():
    text = Read(as_html(FINAL)).text
    for told in (
        "Invoice 2026-000123",
        "Best Models Inc.",
        "Acme Retail (acme)",
        "1 to 30 November 2026, UTC",
        "5 December 2026, 09:30 UTC",
        "basic since the beginning",
        "60,000.5 minutes",
        "0.02 USD a minute",
        "1,229.01",
        "Amounts are in USD, before taxes.",
        "b1",
    ):
        assert told in text
    assert '<body class="final">' in as_html(FINAL)


def test_tiers_have_sums_where_there_are_several():
    more = replace(LINES[0], tier="premium", amount=Decimal("499.00"))
    text = Read(as_html(replace(FINAL, lines=(*LINES, more)))).text
    assert "Premium tier 499.00" in text
    assert "Basic tier 1,229.01" in text


def test_the_page_is_whole_in_itself_and_runs_nothing():
    read = Read(as_html(FINAL))
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name in ("src", "href") or name[:2] == "on"]
    assert "url(" not in as_html(FINAL)
    assert "default-src 'none'" in as_html(FINAL)


@given(st.text(st.sampled_from("<>&\"'/=$ {}scriptonld\u2028")), st.sampled_from(["name", "line"]))
def test_whatever_a_tenant_is_called_it_is_only_text(nasty: str, where: str):
    attack = f"<script>{nasty}</script><img src=x onerror='{nasty}'>"
    changed = (
        replace(FINAL, tenant_name=attack, provider=attack, terms=(attack,))
        if where == "name"
        else replace(FINAL, lines=(replace(LINES[0], text=attack, tier=attack, price=attack),))
    )
    assert set(Read(as_html(changed)).tags) <= set(Read(as_html(FINAL)).tags)
