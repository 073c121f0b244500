"""Responsible for asking for a plan: what is typed stays text until it is read, digit by digit."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import streamlit as st

from backend.domain.errors import Invalid
from backend.domain.exact import amount_of
from backend.domain.plan import Plan
from backend.domain.rates import Band, Rate, RateKind
from backend.domain.rounding import Rounding
from portal import format as show

UP_TO, PRICE, FLAT = "Up to", "Price", "Flat fee"
KINDS = {
    RateKind.GRADUATED: "Graduated: each band at its own price",
    RateKind.VOLUME: "Volume: all units at the price of the band reached",
    RateKind.PACKAGE: "Package: whole packages, begun ones too",
}
ROUNDINGS = {
    Rounding.HALF_EVEN: "Half a cent to the even cent",
    Rounding.HALF_UP: "Half a cent up",
}
_SHOWN = "plan-form-shown"
_KINDS: list[RateKind] = list(KINDS)
_ROUNDINGS: list[Rounding] = list(ROUNDINGS)
Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class RateWish:
    """What was typed for a rate, unchecked; a row is a band's end, price and flat fee."""

    kind: RateKind
    rows: tuple[Row, ...]
    package_size: str
    free_units: str


@dataclass(frozen=True, slots=True)
class PlanWish:
    """What was typed for a plan, unchecked."""

    tier: str
    since: str
    monthly_fee: str
    minimum_spend: str
    included_minutes: int
    included_builds: int
    minutes: RateWish
    builds: RateWish
    rounding: Rounding


def plan_of(wish: PlanWish) -> Plan:
    """The plan that was typed, checked; raises Invalid, naming the field, for what is none."""
    return Plan(
        tier=wish.tier,
        since=wish.since,
        monthly_fee=_amount(wish.monthly_fee, "The monthly fee"),
        included_minutes=wish.included_minutes,
        included_builds=wish.included_builds,
        minute_rate=_rate(wish.minutes, "Build minutes"),
        build_rate=_rate(wish.builds, "Builds"),
        minimum_spend=_amount(wish.minimum_spend, "The minimum spend"),
        rounding=wish.rounding,
    ).checked()


def form(shown: Plan, months: Sequence[str], *, history: Sequence[Plan]) -> PlanWish | None:
    """Asks for a tier's plan, `shown` to begin with; something only when it is to be looked at.

    What was typed is for the tier's plans that were seen: once its `history` is another, the form
    begins anew, and says so to who has typed meanwhile.
    """
    key = key_of(shown.tier, history)
    _warn_of_another(key)
    with st.form(key, border=True):
        first, second, third, fourth = st.columns(4, gap="medium")
        since = first.selectbox("From", months, format_func=show.month, key=f"{key}-since")
        fee = second.text_input("Monthly fee, USD", f"{shown.monthly_fee:f}", key=f"{key}-fee")
        minimum = third.text_input(
            "Minimum spend, USD a month",
            f"{shown.minimum_spend:f}",
            key=f"{key}-minimum",
            help="What fee and usage lack to it is billed as a line of its own",
        )
        rounding = fourth.selectbox(
            "Rounding",
            _ROUNDINGS,
            index=_ROUNDINGS.index(shown.rounding),
            format_func=ROUNDINGS.__getitem__,
            key=f"{key}-rounding",
            help="Each line is rounded to the cent; the total is the sum of the lines",
        )
        minutes_side, builds_side = st.columns(2, gap="medium")
        with minutes_side:
            included_minutes = _included("Build minutes included", shown.included_minutes, key)
            minutes = _rate_fields("minute", shown.minute_rate, f"{key}-minute")
        with builds_side:
            included_builds = _included("Builds included", shown.included_builds, key)
            builds = _rate_fields("build", shown.build_rate, f"{key}-build")
        asked = st.form_submit_button("Show the effect", key=f"{key}-ask", type="primary")
    if not asked:
        return None
    return PlanWish(
        tier=shown.tier,
        since=since,
        monthly_fee=fee,
        minimum_spend=minimum,
        included_minutes=included_minutes,
        included_builds=included_builds,
        minutes=minutes,
        builds=builds,
        rounding=rounding,
    )


def key_of(tier: str, history: Sequence[Plan]) -> str:
    """What the keys of the form's fields begin with: other plans, other fields."""
    return f"plan-{tier}-{hashlib.sha256(repr(tuple(history)).encode()).hexdigest()[:12]}"


def rows_of(edited: pd.DataFrame) -> tuple[Row, ...]:
    """The editor's rows as they were typed; rows without anything in them are left out."""
    texts = (
        (_text(row[UP_TO]), _text(row[PRICE]), _text(row[FLAT])) for _, row in edited.iterrows()
    )
    return tuple(row for row in texts if any(row))


def rows_for(bands: Iterable[Band]) -> pd.DataFrame:
    """The bands as texts to edit: an open end is an empty cell."""
    return pd.DataFrame(
        [
            {
                UP_TO: "" if band.up_to is None else f"{band.up_to:f}",
                PRICE: f"{band.rate:f}",
                FLAT: f"{band.flat:f}",
            }
            for band in bands
        ],
        columns=[UP_TO, PRICE, FLAT],
        dtype="str",
    )


def _warn_of_another(key: str) -> None:
    """Whoever asks with a form that is not shown any more is told that it has begun anew."""
    before = st.session_state.get(_SHOWN)
    st.session_state[_SHOWN] = key
    if before is not None and before != key and st.session_state.get(f"{before}-ask"):
        st.warning(
            "Somebody else has changed this tier's plans meanwhile: they are shown as they stand "
            "now. Type your change again.",
            icon=":material/sync_problem:",
        )


def _included(label: str, count: int, key: str) -> int:
    return int(st.number_input(label, value=count, step=1, key=f"{key}-{label}"))


def _rate_fields(unit: str, rate: Rate, key: str) -> RateWish:
    kind = st.selectbox(
        f"Price of a {unit} beyond",
        _KINDS,
        index=_KINDS.index(rate.kind),
        format_func=KINDS.__getitem__,
        key=f"{key}-kind",
    )
    edited = st.data_editor(
        rows_for(rate.bands),
        hide_index=True,
        num_rows="dynamic",
        key=f"{key}-bands",
        column_config={
            UP_TO: st.column_config.TextColumn(
                f"{UP_TO}, {unit}s", help="The band's last unit; empty in the last band"
            ),
            PRICE: st.column_config.TextColumn(
                "Price, USD", help=f"For each {unit}, or for each package"
            ),
            FLAT: st.column_config.TextColumn(
                "Flat fee, USD", help="Once, for whoever reaches the band"
            ),
        },
        alt=f"The bands of the price of a {unit}",
    )
    left, right = st.columns(2, gap="medium")
    size = left.text_input(
        f"{unit.capitalize()}s in a package",
        f"{rate.package_size:f}",
        key=f"{key}-package",
        help="For a price by the package; 1 otherwise",
    )
    free = right.text_input(
        f"Free {unit}s",
        f"{rate.free_units:f}",
        key=f"{key}-free",
        help="Before the first package, for a price by the package; 0 otherwise",
    )
    return RateWish(kind, rows_of(edited), size, free)


def _rate(wish: RateWish, name: str) -> Rate:
    return Rate(
        kind=wish.kind,
        bands=tuple(_band(row, number, name) for number, row in enumerate(wish.rows, start=1)),
        package_size=_amount(wish.package_size, f"{name}: the package size"),
        free_units=_amount(wish.free_units or "0", f"{name}: the number of free units"),
    ).checked(name)


def _band(row: Row, number: int, name: str) -> Band:
    end, price, flat = row
    return Band(
        up_to=_amount(end, f"{name}: the end of band {number}") if end else None,
        rate=_amount(price, f"{name}: the price in band {number}"),
        flat=_amount(flat or "0", f"{name}: the flat fee of band {number}"),
    )


def _amount(text: str, name: str) -> Decimal:
    try:
        return amount_of(text)
    except Invalid:
        raise Invalid(f"{name} is {text!r}: write a number such as 0.25.") from None


def _text(cell: object) -> str:
    """An editor's new row has cells without anything in them."""
    return "" if cell is None or pd.isna(cell) else str(cell).strip()  # type: ignore[call-overload]  # a cell is a scalar
