"""Responsible for sums of money that lose nothing, whatever their signs and places."""

import re
from collections.abc import Iterable, Mapping
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

from backend.domain.errors import Invalid

# Places and magnitude that an amount may have: far beyond any bill, and small enough to be added.
MOST_PLACES = 1000

_EXACTLY = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact, InvalidOperation])
_AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)


def amount_of(text: str) -> Decimal:
    """The Decimal a text spells, with all its digits; raises Invalid for anything else."""
    stripped = text.strip()
    if not _AMOUNT.fullmatch(stripped):
        raise Invalid(f"{text!r} is no amount: write digits with a point, such as -0.0042 or 3E-7.")
    amount = Decimal(stripped)
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or max(abs(exponent), abs(amount.adjusted())) > MOST_PLACES:
        raise Invalid(f"{stripped[:40]!r} has more than {MOST_PLACES} places: write a shorter one.")
    return amount


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum with every digit: plain `sum` rounds to the 28 digits of Python's own context."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACTLY.add(total, amount)
    return total


def exact_difference(one: Decimal, other: Decimal) -> Decimal:
    return _EXACTLY.subtract(one, other)


def split_exactly(
    whole: Decimal, weights: Mapping[str, Decimal], *, places: int = 10
) -> dict[str, Decimal]:
    """`whole` in parts by weight, by largest remainders: the parts' sum is `whole`, exactly.

    Parts have as many decimal places as `whole`, `places` at least; equal remainders go to the
    first by name. Weights are none below zero and one above it; raises Invalid otherwise.
    Largest remainder: Hamilton's method, https://en.wikipedia.org/wiki/Quota_method.
    """
    if not weights or min(weights.values()) < 0 or not any(weights.values()):
        raise Invalid("There is nobody to split by: give one share above 0 and none below it.")
    exponent = min(-places, exponent_of(whole))
    whole_units = units(whole, exponent)
    finest = min(exponent_of(weight) for weight in weights.values())
    shares = {name: units(weight, finest) for name, weight in weights.items()}
    every = sum(shares.values())
    found = {name: divmod(whole_units * share, every) for name, share in shares.items()}
    parts = {name: part for name, (part, _) in found.items()}
    left = whole_units - sum(parts.values())
    for name in sorted(parts, key=lambda name: (-found[name][1], name))[:left]:
        parts[name] += 1
    return {name: from_units(part, exponent) for name, part in parts.items()}


def nearest(exact: Fraction, *, places: int = 10) -> Decimal:
    """The Decimal of so many places that is nearest to the fraction; of two, the even one."""
    return from_units(round(exact * 10**places), -places)


def units(amount: Decimal, exponent: int) -> int:
    """How many times 10**exponent the amount is; raises Inexact where that is no whole number."""
    return int(_EXACTLY.to_integral_exact(_EXACTLY.scaleb(amount, -exponent)))


def from_units(count: int, exponent: int) -> Decimal:
    return _EXACTLY.scaleb(Decimal(count), exponent)


def exponent_of(amount: Decimal) -> int:
    """The place of an amount's last digit: -2 for 0.10; raises Invalid for NaN and infinities."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Invalid(f"{amount} is no amount of money.")
    return exponent
