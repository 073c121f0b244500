"""What a quantity costs: published examples, and the laws each kind of rate keeps."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.rates import Band, Rate, RateKind, charge, written

GRADUATED, VOLUME, PACKAGE = RateKind.GRADUATED, RateKind.VOLUME, RateKind.PACKAGE


def bands(*parts: tuple[str | None, str] | tuple[str | None, str, str]) -> tuple[Band, ...]:
    return tuple(
        Band(None if end is None else Decimal(end), *(Decimal(amount) for amount in amounts))
        for end, *amounts in parts
    )


def packages(price: str, size: str, free: str = "0") -> Rate:
    return Rate(PACKAGE, bands((None, price)), Decimal(size), Decimal(free))


# https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing
FONTS = bands(("5", "7"), ("10", "6.5"), (None, "6"))
# https://zuplo.com/docs/articles/monetization/pricing-models
CALLS = bands(("1000", "0.10"), ("10000", "0.05"), (None, "0.01"))
# https://getlago.com/docs/guide/plans/charges/charge-models/volume
LAGO = bands(
    ("10000", "0.0010", "10"),
    ("50000", "0.0008", "10"),
    ("100000", "0.0006", "10"),
    (None, "0.0004", "10"),
)
# https://aws.amazon.com/s3/pricing/, us-east-1: GB a month, the first 50 TB, the next 450, more.
S3 = bands(("51200", "0.023"), ("512000", "0.022"), (None, "0.021"))


@pytest.mark.parametrize(
    ("rate", "quantity", "amount"),
    [
        *((Rate(VOLUME, FONTS), n, a) for n, a in ((1, 7), (5, 35), (6, 39), (20, 120), (25, 150))),
        # Within its first tier Stripe's graduated price is the volume's.
        (Rate(GRADUATED, FONTS), 5, 35),
        (Rate(GRADUATED, FONTS), 6, "41.5"),
        (Rate(GRADUATED, CALLS), 15_000, 600),
        (Rate(VOLUME, CALLS), 15_000, 150),
        (Rate(VOLUME, LAGO), 65_000, 49),
        # https://getlago.com/docs/guide/plans/charges/charge-models/package
        (packages("5", "100", "100"), 201, 10),
        # https://docs.useautumn.com/documentation/modelling-pricing/graduated-pricing
        (Rate(GRADUATED, bands(("1000", ".01"), ("10000", ".008"), (None, ".005"))), 15_000, 107),
        # Zuora, tiered with overage: 100 x 0 + 30 x 2, docs.zuora.com, ratingdetail-schema.
        (Rate(GRADUATED, bands(("100", "0"), (None, "2"))), 130, 60),
        # Zuora, flat fee, docs.zuora.com, ratingdetail-schema: the amount is 99 whatever the usage.
        (Rate(GRADUATED, bands((None, "0", "99"))), 160, 99),
        # Oracle, one fee for each slab reached and units in slabs, docs.oracle.com, oblug.
        (
            Rate(GRADUATED, bands(("250", "0", "10"), ("500", "0", "20"), (None, "0", "30"))),
            1000,
            60,
        ),
        (Rate(GRADUATED, bands(("250", "1"), ("500", "2"), (None, "3"))), 1000, 2250),
        (Rate(VOLUME, bands(("250", "1"), ("500", "2"), (None, "3"))), 1000, 3000),
        # 1 TB, and 15 TB out at 0.09 and 0.085: devnotes.tech/understanding-aws-s3-pricing-...
        (Rate(GRADUATED, S3), 1024, "23.552"),
        (Rate(GRADUATED, bands(("10240", "0.09"), (None, "0.085"))), 15_360, "1356.8"),
        (Rate(GRADUATED, S3), 51_200 + 10_240, "1402.88"),
    ],
)
def test_published_examples_come_out_to_the_cent(rate: Rate, quantity: int, amount: int | str):
    assert charge(rate.checked(), quantity) == Decimal(amount)


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (Rate(bands=()), "has no band: give one that is open"),
        (Rate(bands=bands(("5", "1"), ("5", "2"), (None, "3"))), "band 2 ends at 5 .* overlap"),
        (Rate(bands=bands(("10", "1"), ("5", "2"), (None, "3"))), "band 2 ends at 5 .* at 10"),
        (Rate(bands=bands(("0", "1"), (None, "3"))), "band 1 ends at 0"),
        (Rate(bands=bands(("5", "1"), ("10", "2"))), "leaves a gap: what is above 10 has no price"),
        (Rate(bands=bands((None, "1"), (None, "2"))), "band 1 is open at its end"),
        (Rate(bands=bands((None, "-1"))), "the price in band 1 is -1: give 0 or more"),
        (Rate(bands=bands((None, "1", "-0.01"))), "the flat fee of band 1 is -0.01"),
        (Rate(bands=bands((None, "NaN"))), "the price in band 1 is NaN"),
        (Rate(bands=bands(("Infinity", "1"), (None, "1"))), "the end of band 1 is Infinity"),
        (Rate(bands=bands((None, "1E-13"))), "give 12 decimal places at most"),
        (Rate(bands=bands((None, "1E+9"))), "below 1,000,000,000"),
        (packages("5", "0"), "a package of 0 units is none"),
        (packages("5", "-3"), "the package size is -3"),
        (packages("5", "10", "-1"), "the number of free units is -1"),
        (Rate(PACKAGE, FONTS), "is by the package and has 3 bands: give one"),
        (Rate(VOLUME, FONTS, free_units=Decimal(3)), "free units belong to a rate by the package"),
        (Rate(GRADUATED, FONTS, package_size=Decimal(3)), "The rate is graduated: packages"),
    ],
)
def test_a_rate_that_leaves_a_price_open_is_refused_with_the_remedy(rate: Rate, sentence: str):
    with pytest.raises(Invalid, match=sentence):
        rate.checked()


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate.per_unit("0.050"), "0.05 USD a minute"),
        (Rate(VOLUME, bands((None, "1", "10"))), "1 USD and 10 USD once a minute"),
        (
            Rate(GRADUATED, CALLS),
            "up to 1,000: 0.1 USD, up to 10,000: 0.05 USD, above: 0.01 USD; each band at its own "
            "price",
        ),
        (packages("5", "100", "1000"), "5 USD for each 100 minutes begun, the first 1,000 free"),
    ],
)
def test_a_rate_is_told_in_words(rate: Rate, words: str):
    assert rate.in_words("minute") == words


def test_a_number_is_written_without_an_exponent():
    assert [written(Decimal(n)) for n in ("1E+3", "0.0100", "0")] == ["1,000", "0.01", "0"]


PRICES = st.decimals(0, 1000, places=6)
ENDS = st.lists(st.decimals(1, 10_000, places=2), max_size=5, unique=True).map(sorted)
QUANTITIES = st.fractions(0, 20_000, max_denominator=3600)


@st.composite
def rates(draw: st.DrawFn, kind: RateKind, *, flat: bool = True) -> Rate:
    flats = PRICES if flat else st.just(Decimal(0))
    if kind is PACKAGE:
        size = draw(st.decimals("0.01", 500, places=2))
        only = Band(None, draw(PRICES), draw(flats))
        return Rate(kind, (only,), size, draw(PRICES)).checked()
    ends = [*draw(ENDS), None]
    return Rate(kind, tuple(Band(end, draw(PRICES), draw(flats)) for end in ends)).checked()


@given(rates(GRADUATED) | rates(PACKAGE), QUANTITIES, QUANTITIES)
def test_who_uses_more_never_pays_less_but_by_volume(rate: Rate, one: Fraction, other: Fraction):
    less, more = sorted((one, other))
    assert charge(rate, less) <= charge(rate, more)


@given(rates(GRADUATED, flat=False), QUANTITIES, st.fractions(0, 1, max_denominator=10**6))
def test_a_graduated_charge_makes_no_leap(rate: Rate, quantity: Fraction, step: Fraction):
    dearest = max(Fraction(band.rate) for band in rate.bands)
    leap = charge(rate, quantity + step) - charge(rate, quantity)
    assert 0 <= leap <= step * dearest


@given(rates(GRADUATED), st.lists(QUANTITIES, min_size=1, max_size=6))
def test_a_graduated_charge_is_the_sum_of_what_each_part_adds(rate: Rate, parts: list[Fraction]):
    added, used = Fraction(0), Fraction(0)
    for part in parts:
        added += charge(rate, used + part) - charge(rate, used)
        used += part
    assert added == charge(rate, sum(parts, Fraction(0)))


@given(rates(GRADUATED), QUANTITIES)
def test_a_graduated_charge_is_what_the_slices_cost_by_the_second(rate: Rate, quantity: Fraction):
    """Against a reckoning of another shape: the length of each band's overlap."""
    lows = [Fraction(0), *(Fraction(b.up_to) for b in rate.bands if b.up_to is not None)]
    total = Fraction(0)
    for low, band in zip(lows, rate.bands, strict=True):
        high = Fraction(10**9) if band.up_to is None else Fraction(band.up_to)
        if (within := min(high, quantity) - low) > 0:
            total += within * Fraction(band.rate) + Fraction(band.flat)
    assert charge(rate, quantity) == total


@given(rates(VOLUME), QUANTITIES)
def test_by_volume_all_units_have_one_price(rate: Rate, quantity: Fraction):
    reached = next(b for b in rate.bands if b.up_to is None or quantity <= Fraction(b.up_to))
    expected = quantity * Fraction(reached.rate) + Fraction(reached.flat)
    assert charge(rate, quantity) == (expected if quantity else 0)


def test_by_volume_one_unit_more_may_cost_less():
    rate = Rate(VOLUME, bands(("100", "1"), (None, "0.5"))).checked()
    assert (charge(rate, 100), charge(rate, 101)) == (100, Decimal("50.5"))


@given(rates(PACKAGE, flat=False), QUANTITIES)
def test_packages_cover_what_was_used_and_the_last_one_is_begun(rate: Rate, quantity: Fraction):
    bought = charge(rate, quantity) / Fraction(rate.bands[0].rate or 1)
    if not rate.bands[0].rate:
        return
    assert bought.denominator == 1
    size, free = Fraction(rate.package_size), Fraction(rate.free_units)
    assert bought * size + free >= quantity
    assert bought == 0 or (bought - 1) * size + free < quantity


@given(rates(GRADUATED) | rates(VOLUME) | rates(PACKAGE))
def test_nothing_used_costs_nothing(rate: Rate):
    assert charge(rate, 0) == 0


@given(PRICES, st.integers(0, 10**9))
def test_seconds_are_charged_to_the_last_digit(price: Decimal, seconds: int):
    assert charge(Rate.per_unit(str(price)), Fraction(seconds, 60)) * 60 == seconds * price


def test_a_bands_flat_fee_is_due_beyond_the_end_of_the_band_before():
    rate = Rate(GRADUATED, bands(("100", "1", "10"), (None, "1", "50")))
    assert (charge(rate, 100), charge(rate, 101)) == (110, 161)


def test_within_the_free_units_there_is_no_package_and_no_flat_fee():
    rate = Rate(PACKAGE, bands((None, "5", "20")), Decimal(10), Decimal(100))
    assert (charge(rate, 100), charge(rate, Decimal("100.1"))) == (0, 25)
