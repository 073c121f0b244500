"""Responsible for drawing plans: a tier's history, and what a change would make of drafts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from backend.domain.exact import exact_sum
from backend.domain.month import month_of, next_month
from backend.domain.plan import Plan
from backend.domain.plan_book import PlanBook
from backend.plans import PlanEffect
from portal import format as show
from portal import invoice_tables

_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan to be decided on, the book it was looked at with, and what it would do."""

    plan: Plan
    book: PlanBook
    effects: tuple[PlanEffect, ...]


def months(now: datetime) -> list[str]:
    """The months a plan may begin with: the open one and a year's."""
    found = [month_of(now)]
    while len(found) <= _AHEAD:
        found.append(next_month(found[-1]))
    return found


def history(found: Sequence[Plan], holding: Plan | None) -> None:
    if not found:
        st.warning("This tier has no plan yet: nothing can be billed for it. Add one below.")
        return
    st.dataframe(
        invoice_tables.plans(found, holding),
        hide_index=True,
        height="content",
        column_config=invoice_tables.columns(),
        alt="The tier's plans, the latest first",
    )


def confirmed(proposed: Proposed) -> bool:
    """Shows what would change, and asks; True when it is to be saved."""
    before = exact_sum(each.before for each in proposed.effects)
    after = exact_sum(each.after for each in proposed.effects)
    change = after - before
    sign = "+" if change > 0 else ""
    st.markdown(
        f"**If it held this month already:** {show.plain(show.money(before))} of drafts would be "
        f"{show.plain(show.money(after))} ({show.plain(sign + show.money(change))}), "
        f"{show.counted(len(proposed.effects), 'tenant')}, by what builds had used when costs were "
        "last read."
    )
    st.caption(show.plain(proposed.plan.words))
    if proposed.effects:
        st.dataframe(
            invoice_tables.effects(proposed.effects),
            hide_index=True,
            height="content" if len(proposed.effects) <= 10 else 390,
            column_config=invoice_tables.columns(),
            alt="What each tenant's draft of this month would become",
        )
    return st.button(
        f"Save from {show.month(proposed.plan.since)} on",
        type="primary",
        icon=":material/check:",
        key="save-plan",
    )
