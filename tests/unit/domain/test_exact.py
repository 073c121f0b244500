"""Sums and splits of money that lose nothing."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.exact import amount_of, exact_sum, split_exactly

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda amount: abs(amount.adjusted()) < 200
)
WEIGHTS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4), st.decimals(0, 1000, places=3), min_size=1
).filter(lambda weights: any(weights.values()))


@pytest.mark.parametrize(
    "text", ["", "-", "NaN", "Infinity", "1,5", "$3", "1_000", "٣", "1 2", "0x1", "1e", "1E+9999"]
)
def test_what_is_no_amount_is_refused_by_its_text(text: str):
    with pytest.raises(Invalid, match=r"amount|places"):
        amount_of(text)


def test_an_amount_keeps_every_digit_it_was_written_with():
    text = "-0.000000000000000000000000000000000000000000000000123456789012345678901234567890"
    assert str(amount_of(f" {text} ")) == str(Decimal(text))


def test_a_sum_over_sixty_places_is_exact_where_pythons_own_rounds():
    amounts = [Decimal("1E+30"), Decimal("1E-30"), Decimal("-1E+30")]
    assert exact_sum(amounts) == Decimal("1E-30")
    assert sum(amounts, Decimal(0)) != Decimal("1E-30")


@given(st.lists(AMOUNTS, max_size=20))
def test_a_sum_does_not_depend_on_the_order(amounts: list[Decimal]):
    assert exact_sum(amounts) == exact_sum(reversed(amounts))


@given(AMOUNTS, WEIGHTS)
def test_the_parts_of_a_split_are_the_whole(whole: Decimal, weights: dict[str, Decimal]):
    parts = split_exactly(whole, weights)
    assert exact_sum(parts.values()) == whole
    assert parts.keys() == weights.keys()


@given(AMOUNTS, WEIGHTS)
def test_a_part_is_less_than_one_unit_from_its_share(whole: Decimal, weights: dict[str, Decimal]):
    with localcontext(prec=1000):
        exponent = whole.as_tuple().exponent
        assert isinstance(exponent, int)
        unit = Decimal(1).scaleb(min(-10, exponent))
        every = sum(weights.values(), Decimal(0))
        for name, part in split_exactly(whole, weights).items():
            assert abs(part - whole * weights[name] / every) < unit * Decimal("1.000001")


def test_the_last_cent_goes_to_the_first_by_name_where_remainders_are_equal():
    thirds = split_exactly(Decimal("1.00"), dict.fromkeys("cab", Decimal(1)), places=2)
    assert thirds == {"c": Decimal("0.33"), "a": Decimal("0.34"), "b": Decimal("0.33")}


@pytest.mark.parametrize("weights", [{}, {"a": Decimal(0)}, {"a": Decimal(2), "b": Decimal(-1)}])
def test_a_split_needs_somebody_to_split_by(weights: dict[str, Decimal]):
    with pytest.raises(Invalid, match="nobody to split by"):
        split_exactly(Decimal(1), weights)
