"""What a tenant used in a month, read from its builds as they are."""

from collections.abc import Callable

from backend.context import Context
from backend.domain.tenant import Tenant
from backend.month_usage import used_in
from tests.integration.billed import MONTHS, built, since


def test_neither_a_start_that_was_not_written_nor_a_missing_price_leaves_minutes_unbilled(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    month = next(MONTHS)
    acme = since(admin, new_tenant("basic"), month)
    early = built(admin, acme, month, seconds=300, day=3, started_at=None)
    unpriced = built(admin, acme, month, seconds=400, day=4, metered=None)
    built(admin, acme, month, started_at=None, steps=(), metered=None, ok=False)
    used = used_in(admin, acme, month)
    [tier] = used.usage.tiers
    assert (tier.ended, tier.instance_seconds) == (2, 700)
    assert used.build_ids == {acme.tier: (early.build_id, unpriced.build_id)}
