"""An invoice as a row: however many builds it bills, the table takes it."""

import hashlib
from datetime import UTC, datetime

from backend.aws.invoice_table import row_of
from backend.domain.bill import MOST_LINKED
from backend.domain.invoice import invoice_of
from backend.domain.plan import DEFAULT_PLANS
from backend.domain.plan_book import PlanBook
from backend.domain.usage import MonthUsage, TierUsage
from tests.unit.values import tenant

NOW = datetime(2026, 12, 5, 9, tzinfo=UTC)
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MOST_BYTES = 400 * 1024
TIERS = [plan.tier for plan in DEFAULT_PLANS]


def ids(tier: str) -> tuple[str, ...]:
    """As random as builds' ids are: nothing in them can be packed."""
    names = (f"{tier}-{n}".encode() for n in range(MOST_LINKED))
    return tuple(hashlib.sha256(name).hexdigest()[:32] for name in names)


def test_the_most_builds_in_every_tier_fit_into_a_row():
    usage = MonthUsage("acme", "2026-11", tuple(TierUsage(t, 1, 1, 60) for t in TIERS))
    draft = invoice_of(
        tenant(),
        usage,
        PlanBook(DEFAULT_PLANS),
        build_ids={tier: ids(tier) for tier in TIERS},
        data_as_of=NOW,
    )
    row = row_of(draft.issued("2026-000001", at=NOW, by="Pat"))
    assert len(row["document"]) < MOST_BYTES - 10_000
