"""Responsible for how exact amounts become cents, in figures and in words."""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

_CENTS = 100


class Rounding(StrEnum):
    """What becomes of exactly half a cent; everything else goes to the nearest one."""

    HALF_EVEN = "HalfEven"
    HALF_UP = "HalfUp"

    @property
    def words(self) -> str:
        kept = "the even cent" if self is Rounding.HALF_EVEN else "the next cent up"
        return f"to the nearest cent, half a cent to {kept}"

    def to_cents(self, amount: Fraction) -> Decimal:
        """The amount, 0 or more, in whole cents."""
        cents = amount * _CENTS
        whole = round(cents) if self is Rounding.HALF_EVEN else int(cents + Fraction(1, 2))
        return Decimal(whole).scaleb(-2)
