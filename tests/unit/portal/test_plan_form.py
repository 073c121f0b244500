"""A plan as it is typed: read digit by digit, and refused by the field's name."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from backend.domain.errors import Invalid
from backend.domain.plan import DEFAULT_PLANS, Plan
from backend.domain.rates import Rate, RateKind
from portal import plan_form
from portal.plan_form import PlanWish, RateWish


def typed(rate: Rate) -> RateWish:
    """What the form gives back when nothing is changed in it."""
    return RateWish(
        rate.kind,
        plan_form.rows_of(plan_form.rows_for(rate.bands)),
        f"{rate.package_size:f}",
        f"{rate.free_units:f}",
    )


def wish(plan: Plan) -> PlanWish:
    return PlanWish(
        tier=plan.tier,
        since="2026-12",
        monthly_fee=f"{plan.monthly_fee:f}",
        minimum_spend=f"{plan.minimum_spend:f}",
        included_minutes=plan.included_minutes,
        included_builds=plan.included_builds,
        minutes=typed(plan.minute_rate),
        builds=typed(plan.build_rate),
        rounding=plan.rounding,
    )


WISH = wish(DEFAULT_PLANS[1])


def minutes(*rows: tuple[str, str, str], **more: Any) -> dict[str, RateWish]:
    return {"minutes": replace(WISH.minutes, rows=rows, **more)}


@pytest.mark.parametrize("plan", DEFAULT_PLANS, ids=lambda plan: plan.tier)
def test_what_the_form_shows_is_read_as_the_same_plan(plan: Plan) -> None:
    assert plan_form.plan_of(wish(plan)) == replace(plan, since="2026-12")


def test_digits_are_kept_as_they_were_typed() -> None:
    priced = replace(WISH, **minutes(("", "0.000000000001", "")))
    assert plan_form.plan_of(priced).minute_rate.bands[0].rate == Decimal("1E-12")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"monthly_fee": "29,50"}, "The monthly fee is '29,50': write a number such as 0.25"),
        ({"minimum_spend": ""}, "The minimum spend is '': write a number"),
        ({"included_builds": -1}, "includes -1 builds"),
        (minutes(("", "cheap", "")), "Build minutes: the price in band 1 is 'cheap'"),
        (minutes(("many", "1", ""), ("", "1", "")), "the end of band 1 is 'many'"),
        (minutes(("", "1", "x")), "the flat fee of band 1 is 'x'"),
        (minutes(("10", "1", "")), "Build minutes leaves a gap: what is above 10"),
        (minutes(("10", "1", ""), ("5", "1", ""), ("", "1", "")), "band 2 ends at 5"),
        (minutes(), "Build minutes has no band"),
        (minutes(("", "1", ""), kind=RateKind.PACKAGE, package_size="0"), "package of 0 units"),
        (minutes(("", "1", ""), package_size=""), "the package size is ''"),
    ],
)
def test_what_is_no_plan_is_refused_by_the_name_of_the_field(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        plan_form.plan_of(replace(WISH, **changes))


def test_empty_rows_of_the_editor_are_no_bands() -> None:
    edited = pd.DataFrame(
        {
            plan_form.UP_TO: ["10", None, " "],
            plan_form.PRICE: ["1", "2", None],
            plan_form.FLAT: [float("nan"), None, ""],
        }
    )
    assert plan_form.rows_of(edited) == (("10", "1", ""), ("", "2", ""))
