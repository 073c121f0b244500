"""Responsible for drawing a provider's cost: how fresh it is, figures, charts, its split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter

import pandas as pd
import streamlit as st

from backend.cost import CostReading
from backend.domain.allocation import SharedSplit, Sharing
from backend.domain.anomalies import Anomaly
from backend.domain.cost import CostRecord
from backend.domain.cost_overview import CostOverview, Part
from backend.domain.cost_sync import REQUEST_PRICE, SyncState
from backend.domain.errors import Invalid
from backend.domain.exact import amount_of, exact_sum
from backend.domain.month_forecast import MonthForecast
from portal import cost_charts, cost_tables, cost_words, session, tables
from portal import format as show

SPLITS = {
    SharedSplit.NOT_AT_ALL: "Not split",
    SharedSplit.EVENLY: "Evenly among tenants with cost",
    SharedSplit.BY_DIRECT_COST: "In proportion to direct cost",
    SharedSplit.FIXED_SHARES: "By fixed shares",
}
_PLAIN = {"displayModeBar": False}
_ODD_DAYS = 8


@dataclass(frozen=True, slots=True)
class SplitWish:
    """What was chosen for shared cost, checked as far as its texts go."""

    split: SharedSplit
    since: str
    shares: dict[str, Decimal]


def freshness(state: SyncState, last_day: date | None, *, now: datetime) -> bool:
    """Says how old the figures are and what asking has cost; whether to ask again."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if state.synced_at is not None:
            read = show.when(state.synced_at, UTC, now=now)
            day = f", and knows cost up to {last_day:%-d %b}" if last_day else ""
            st.caption(
                f"Cost Explorer was read at {read}{day}. It runs up to 24 hours behind; days of "
                f"the open month are estimates. {show.counted(state.requests_today, 'request')} "
                f"today, {show.money(state.spent)} for {state.requests:,} in all, "
                f"{show.money(REQUEST_PRICE)} each."
            )
        again = st.button("Read Cost Explorer now", icon=":material/sync:")
    if state.refused:
        st.warning(show.plain(state.refused), title="The last reading came to nothing")
    if state.difference:
        st.warning(
            f"Cost Explorer's own total is {show.money(state.difference)} above the sum of its "
            "parts by tenant and service: read it again, its figures may have changed meanwhile.",
            title="The parts are not the total",
        )
    return again


def figures(view: CostOverview) -> None:
    """The identity as four cards: tenants, shared and unallocated are the total."""
    badge = "estimated" if view.estimated else "final"
    total = view.compared(attrgetter("total"))
    unallocated = view.compared(attrgetter("unallocated"))
    with st.grid(4, gap="small", min_column_width=150):
        for label, part in (
            (f"Total · {badge}", total),
            ("Tenants", view.compared(attrgetter("tenants"))),
            ("Shared, not split", view.compared(attrgetter("shared"))),
            (f"Unallocated · {_part(unallocated.now, total.now)}", unallocated),
        ):
            st.metric(
                label,
                show.money(part.now),
                delta=cost_tables.change(part) or None,
                delta_color="inverse",
                help=_beside(part),
                border=True,
                height="stretch",
            )


def _beside(part: Part) -> str:
    if part.complete is None or part.before is None:
        return "Nothing to compare with: so many days before are not known"
    return (
        f"{show.money(part.complete)} on the days that are told in full, "
        f"{show.money(part.before)} on as many days before the period"
    )


def outlook(told: MonthForecast | None, odd: Sequence[Anomaly]) -> None:
    """What the month should come to, and which days of late are out of the ordinary."""
    if told is not None:
        st.info(show.plain(cost_words.forecast(told)), icon=":material/trending_up:")
    if odd:
        listed = "\n".join(f"- {show.plain(cost_words.anomaly(each))}" for each in odd[:_ODD_DAYS])
        more = f"\n- and {len(odd) - _ODD_DAYS} more" if len(odd) > _ODD_DAYS else ""
        st.warning(
            listed + more,
            title="Out of the ordinary in the last 14 days",
            icon=":material/notification_important:",
        )


def charts(view: CostOverview) -> None:
    scope = f":gray[· {len(view.days)} days, USD, UTC days]"
    palette = session.palette()
    with st.container(border=True):
        st.markdown(f"**Cost by day and tenant** {scope}")
        st.plotly_chart(
            cost_charts.by_day(view, palette),
            key="cost-by-day",
            config=_PLAIN,
            alt="Cost over time, stacked by tenant, with shared and unallocated cost",
        )
    with st.grid(2, gap="small", min_column_width=320):
        for title, parts in (("By service", view.services), ("By tier", view.tiers)):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{title}** {scope}")
                st.plotly_chart(
                    cost_charts.beside_before(parts, palette),
                    key=f"cost-{title}",
                    config=_PLAIN,
                    alt=f"Cost {title.lower()}, beside the period before",
                )
    if view.tenants:
        with st.container(border=True):
            st.markdown(f"**Who cost when** {scope}")
            st.plotly_chart(
                cost_charts.calendar(view, palette),
                key="cost-calendar",
                config=_PLAIN,
                alt="The largest tenants' cost as colours over time",
            )


def table(view: CostOverview, *, key: str) -> None:
    """Each tenant's cost; `tables.pressed` tells whose was pressed, "" for what is nobody's."""
    nobodys = ["", ""]
    tables.remember(key, [*(tenant.tenant_id for tenant in view.tenants), *nobodys])
    st.dataframe(
        cost_tables.tenants(view),
        hide_index=True,
        height=tables.height_of(len(view.tenants) + 2),
        column_config=cost_tables.tenant_columns(key),
        alt="Cost of each tenant in the period, with its part of shared cost",
    )


def exports(reading: CostReading, view: CostOverview, *, account: str) -> None:
    """The period's records as files, whatever the view was narrowed to."""
    stem = f"costs-{view.since}-{view.until - timedelta(days=1)}"
    for label, name, content in (
        ("Export CSV", f"{stem}.csv", lambda: cost_tables.exported(_records(reading, view))),
        (
            "Export FOCUS 1.0",
            f"{stem}-focus.csv",
            lambda: cost_tables.exported_as_focus(_records(reading, view), account=account),
        ),
    ):
        st.download_button(
            label,
            content,
            name,
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def split(
    choices: Sequence[Sharing], current: Sharing, months: Sequence[str], tenants: Sequence[str]
) -> SplitWish | None:
    """Says how shared cost is split and asks for another way; something only when it is to be kept.

    Raises Invalid for a share that is no number.
    """
    kept = [choice for choice in choices if choice.chosen_at is not None]
    if kept:
        last = kept[-1]
        st.caption(
            f"Chosen by {show.plain(last.chosen_by)} on {last.chosen_at:%-d %b %Y}, from "
            f"{show.month(last.since)} on."
        )
    how = st.radio(
        "Split shared cost",
        list(SPLITS),
        index=list(SPLITS).index(current.split),
        format_func=SPLITS.__getitem__,
        key="split",
    )
    since = st.selectbox("From", months, format_func=show.month, key="split-since", width=220)
    shares: Mapping[str, str] = {}
    if how is SharedSplit.FIXED_SHARES:
        shares = _shares(current, tenants)
    if not st.button("Save the split", type="primary"):
        return None
    return SplitWish(how, since, {name: _share_of(name, text) for name, text in shares.items()})


def _shares(current: Sharing, tenants: Sequence[str]) -> dict[str, str]:
    """Asks for each tenant's share; they are texts, so that none is rounded."""
    rows = pd.DataFrame(
        {
            "Tenant": list(tenants),
            "Share": [f"{current.shares.get(name, Decimal(0)):f}" for name in tenants],
        }
    )
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=["Tenant"],
        key="split-shares",
        column_config={
            "Share": st.column_config.TextColumn("Share", help="Parts of 1, such as 0.25")
        },
    )
    texts = dict(zip(edited["Tenant"], edited["Share"], strict=True))
    try:
        st.caption(f"They add up to {exact_sum(amount_of(text) for text in texts.values()):f}.")
    except Invalid:
        st.caption("Not every share is a number yet.")
    return texts


def _share_of(name: str, text: str) -> Decimal:
    try:
        return amount_of(text)
    except Invalid:
        raise Invalid(f"The share of {name!r} is {text!r}: write a number such as 0.25.") from None


def _records(reading: CostReading, view: CostOverview) -> Iterator[CostRecord]:
    return reading.records(view.since, view.until)


def _part(amount: Decimal, total: Decimal) -> str:
    return show.share(float(amount / total)) if total else "0 %"
