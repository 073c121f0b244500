"""What an instance costs by the hour."""

from decimal import Decimal

import pytest

from backend.domain.errors import Invalid
from backend.domain.prices import PRICES, hourly_price


def test_a_known_instance_has_its_price() -> None:
    assert hourly_price("ml.m5.large") == Decimal("0.115")


def test_an_unknown_instance_is_refused_by_name_with_the_remedy() -> None:
    with pytest.raises(Invalid, match=r"ml\.p9\.large.*add it to PRICES"):
        hourly_price("ml.p9.large")


def test_prices_are_exact_and_cannot_be_changed() -> None:
    assert all(type(price) is Decimal and price > 0 for price in PRICES.values())
    with pytest.raises(TypeError):
        PRICES["ml.m5.large"] = Decimal(0)  # type: ignore[index]  # what must not work
