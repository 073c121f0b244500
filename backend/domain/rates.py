"""Responsible for what a quantity costs by a rate: graduated, by volume or by the package."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from backend.domain.cost import ZERO
from backend.domain.errors import Invalid

# Finer and larger than any price list, and within the 38 digits a table keeps.
MOST_PLACES, MOST_AMOUNT = 12, Decimal("1E+9")
Quantity = int | Decimal | Fraction


class RateKind(StrEnum):
    """GRADUATED: each band's units at its own price. VOLUME: all units at the price of the band
    that the quantity lies in. PACKAGE: whole packages, begun ones too.
    """

    GRADUATED = "Graduated"
    VOLUME = "Volume"
    PACKAGE = "Package"


@dataclass(frozen=True, slots=True)
class Band:
    """Units up to and with `up_to`, from where the band before ends; None is open at the end.

    `rate` is US dollars a unit, `flat` US dollars once for whoever reaches the band.
    """

    up_to: Decimal | None = None
    rate: Decimal = ZERO
    flat: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Rate:
    """A price by quantity. A rate by the package has one band, whose `rate` is for a package of
    `package_size` units; the first `free_units` are in none.
    """

    kind: RateKind = RateKind.GRADUATED
    bands: tuple[Band, ...] = (Band(),)
    package_size: Decimal = Decimal(1)
    free_units: Decimal = ZERO

    @classmethod
    def per_unit(cls, price: str) -> "Rate":
        """The same for every unit, which is graduated in one band."""
        return cls(bands=(Band(rate=Decimal(price)),))

    def checked(self, name: str = "The rate") -> "Rate":
        """The rate itself; raises Invalid, with the remedy, for one that leaves a price open."""
        if not self.bands:
            raise Invalid(f"{name} has no band: give one that is open at its end.")
        for number, band in enumerate(self.bands, start=1):
            checked_amount(band.rate, f"{name}: the price in band {number}")
            checked_amount(band.flat, f"{name}: the flat fee of band {number}")
        self._check_ends(name)
        checked_amount(self.free_units, f"{name}: the number of free units")
        checked_amount(self.package_size, f"{name}: the package size")
        if self.package_size <= 0:
            raise Invalid(f"{name}: a package of {self.package_size:f} units is none: give 1.")
        by_package = self.kind is RateKind.PACKAGE
        if by_package and len(self.bands) > 1:
            raise Invalid(f"{name} is by the package and has {len(self.bands)} bands: give one.")
        if not by_package and (self.package_size != 1 or self.free_units):
            raise Invalid(
                f"{name} is {self.kind.lower()}: packages and free units belong to a rate by the "
                "package alone; give a package of 1 and no free units."
            )
        return self

    def in_words(self, unit: str) -> str:
        """The price list of the rate, for an invoice's line: "0.05 USD a minute"."""
        if self.kind is RateKind.PACKAGE:
            free = f", the first {written(self.free_units)} free" if self.free_units else ""
            price = f"{_priced(self.bands[0])} for each {written(self.package_size)} {unit}s begun"
            return price + free
        if len(self.bands) == 1:
            return f"{_priced(self.bands[0])} a {unit}"
        ends = [f"up to {written(band.up_to)}: " for band in self.bands if band.up_to is not None]
        parts = [
            end + _priced(band) for end, band in zip([*ends, "above: "], self.bands, strict=True)
        ]
        how = "all units at one" if self.kind is RateKind.VOLUME else "each band at its own"
        return f"{', '.join(parts)}; {how} price"

    def _check_ends(self, name: str) -> None:
        below = ZERO
        for number, band in enumerate(self.bands[:-1], start=1):
            if band.up_to is None:
                raise Invalid(
                    f"{name}: band {number} is open at its end, so those after it are never "
                    "reached: say where it ends, or take the others away."
                )
            checked_amount(band.up_to, f"{name}: the end of band {number}")
            if band.up_to <= below:
                raise Invalid(
                    f"{name}: band {number} ends at {written(band.up_to)} and the one before at "
                    f"{written(below)}, so they overlap: let each end above the one before."
                )
            below = band.up_to
        end = self.bands[-1].up_to
        if end is not None:
            raise Invalid(
                f"{name} leaves a gap: what is above {end} has no price. Leave the end of the "
                "last band empty."
            )


def charge(rate: Rate, quantity: Quantity) -> Fraction:
    """US dollars for a quantity, exactly: a sixtieth of a price is a fraction, and no decimal.

    Nothing costs nothing, whatever the flat fees. Graduated and volume pricing as in
    https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing, packages as in
    https://getlago.com/docs/guide/plans/charges/charge-models/package.
    """
    units = Fraction(quantity)
    if units <= 0:
        return Fraction(0)
    match rate.kind:
        case RateKind.GRADUATED:
            return _graduated(rate.bands, units)
        case RateKind.VOLUME:
            reached = next(b for b in rate.bands if b.up_to is None or units <= b.up_to)
            return units * Fraction(reached.rate) + Fraction(reached.flat)
        case RateKind.PACKAGE:
            begun = -((Fraction(rate.free_units) - units) // Fraction(rate.package_size))
            [only] = rate.bands
            return begun * Fraction(only.rate) + Fraction(only.flat) if begun > 0 else Fraction(0)


def checked_amount(amount: Decimal, name: str) -> Decimal:
    """The amount itself; raises Invalid for one below 0, or of more digits than are kept."""
    if not amount.is_finite() or not 0 <= amount < MOST_AMOUNT:
        raise Invalid(f"{name} is {amount}: give 0 or more, below {MOST_AMOUNT:,f}.")
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -MOST_PLACES:
        raise Invalid(f"{name} is {amount}: give {MOST_PLACES} decimal places at most.")
    return amount


def written(amount: Decimal) -> str:
    """A number as people write it: no exponent, no zeros at its end, thousands set apart."""
    return f"{amount.normalize():,f}"


def _graduated(bands: tuple[Band, ...], units: Fraction) -> Fraction:
    total, below = Fraction(0), Fraction(0)
    for band in bands:
        if units <= below:
            break
        end = units if band.up_to is None else min(units, Fraction(band.up_to))
        total += (end - below) * Fraction(band.rate) + Fraction(band.flat)
        below = end if band.up_to is None else Fraction(band.up_to)
    return total


def _priced(band: Band) -> str:
    flat = f" and {written(band.flat)} USD once" if band.flat else ""
    return f"{written(band.rate)} USD{flat}"
