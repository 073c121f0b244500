"""Responsible for drawing a tenant's budget: what is spent of it, what that means, and its form."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from backend.domain.budget import WARNINGS, Budget
from backend.domain.exact import amount_of
from backend.domain.month import month_of
from backend.domain.tenant import Tenant
from portal import cost_words, session
from portal import format as show

_WHOLE = max(WARNINGS)


@dataclass(frozen=True, slots=True)
class BudgetWish:
    """What was typed for a budget, unchecked."""

    monthly: str
    stops: bool

    @property
    def budget(self) -> Budget | None:
        """None where no amount was typed; raises Invalid for what is no amount."""
        return Budget(amount_of(self.monthly), self.stops) if self.monthly.strip() else None


def draw(tenant: Tenant, *, now: datetime) -> None:
    """What is spent of this month's budget, with its warning; nothing without a budget."""
    if tenant.budget is None:
        return
    spent = tenant.spent(month_of(now))
    share = min(1.0, float(spent / tenant.budget.monthly))
    st.progress(share, show.plain(cost_words.of_budget(tenant, tenant.budget, now=now)))
    warn(tenant, now=now)
    if tenant.spending is not None:
        as_of = show.when(tenant.spending.as_of, session.zone(), now=now)
        st.caption(
            f"As of {as_of}: the greater of what its builds cost by the meter and what is billed. "
            "Months are UTC's."
        )


def warn(tenant: Tenant, *, now: datetime) -> None:
    """Only what needs attention: nothing before half of the month's budget is spent."""
    told = cost_words.budget_warning(tenant, now=now)
    if told is None or tenant.budget is None:
        return
    spent = tenant.budget.reached(tenant.spent(month_of(now))) == _WHOLE
    alert = st.error if spent else st.warning
    alert(show.plain(told), icon=":material/savings:")


def form(tenant: Tenant) -> BudgetWish | None:
    """Asks for a tenant's budget; something only when it is to be saved."""
    known = tenant.budget
    shown = f"{tenant.tenant_id}-{known}"  # what was typed is for the budget that was seen
    with st.form("budget", border=True):
        left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
        monthly = left.text_input(
            "Budget in US dollars a month",
            value=f"{known.monthly:.2f}" if known else "",
            placeholder="No budget",
            help="Warnings come at 50, 80 and 100 %. Empty: no budget",
            key=f"monthly-{shown}",
        )
        stops = right.toggle(
            "Let no build start once it is spent",
            value=known.stops if known else False,
            help="Builds wait for the next month or a larger budget; what runs goes on",
            key=f"stops-{shown}",
        )
        saved = st.form_submit_button("Save the budget")
    return BudgetWish(monthly, stops) if saved else None
