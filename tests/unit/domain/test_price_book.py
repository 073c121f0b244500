"""When AWS's price list is read anew, and what stands while it cannot be."""

from datetime import timedelta
from decimal import Decimal

from backend.domain.price_book import LASTS, SHIPPED_TABLE, PriceBook
from tests.unit.values import NOON

READ = PriceBook("eu-west-1", NOON, {("Training", "ml.m5.large"): Decimal("0.128")})


def test_a_list_never_read_is_stale_and_says_why_it_was_not():
    unread = PriceBook().unread("AWS refused.")
    assert unread.is_stale(NOON)
    assert unread.unread_because == "AWS refused."
    assert unread.price_of("Training", "ml.m5.large").source == SHIPPED_TABLE


def test_a_list_is_good_for_a_week():
    assert not READ.is_stale(NOON + LASTS - timedelta(seconds=1))
    assert READ.is_stale(NOON + LASTS)


def test_prices_read_before_stand_while_the_list_is_refused():
    kept = READ.unread("AWS refused.")
    assert kept.price_of("Training", "ml.m5.large").hourly == Decimal("0.128")
    assert kept.is_stale(NOON + LASTS)
