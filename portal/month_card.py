"""Responsible for drawing a month in money: figures, builds, and one build's steps."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import streamlit as st

from backend.domain.build import Build
from backend.domain.cost import UsageTypes
from backend.domain.cost_sync import REQUEST_PRICE, known_months
from backend.domain.tenant_month import Month, TenantMonth
from portal import format as show
from portal import month_tables, tables


def month_choice(today: date) -> str:
    """Asks for one of the months there are figures of; it stands in the address, as 2026-03."""
    listed = known_months(today)
    asked = st.query_params.get("month")
    chosen = st.selectbox(
        "Month",
        listed,
        index=listed.index(asked) if asked in listed else 0,
        format_func=show.month,
        key="month",  # else it would be another widget, its answer lost, once the address changed
        label_visibility="collapsed",
        width=200,
    )
    if chosen != (asked or listed[0]):
        st.query_params["month"] = chosen
    return chosen


def figures(month: TenantMonth) -> None:
    """Cost, bill and meter, what a build that succeeded cost, and margin where it is told."""
    with st.grid(4, gap="small", min_column_width=150):
        st.metric(
            "Cost",
            show.money(month.cost),
            help=f"{show.money(month.own)} own and {show.money(month.split)} of shared cost",
            border=True,
            height="stretch",
        )
        st.metric(
            "Bill above meter",
            _above_meter(month),
            help=f"SageMaker's bill {show.money(month.billed)}, "
            f"the meter {show.money(month.metered)}",
            border=True,
            height="stretch",
        )
        st.metric(
            "A build that succeeded",
            "none" if month.per_build is None else show.money(month.per_build),
            help="All cost, over the builds that succeeded",
            border=True,
            height="stretch",
        )
        if month.margin is None or month.revenue is None:
            st.metric(
                "Builds",
                f"{month.builds:,} of {month.ended:,}",
                help="Builds that succeeded, of all that ended after they ran",
                border=True,
                height="stretch",
            )
        else:
            st.metric(
                "Margin",
                show.money(month.margin),
                help=f"Revenue {show.money(month.revenue)} less cost",
                border=True,
                height="stretch",
            )


def lag(month: Month) -> None:
    """What bill and meter are, and how far the bill is behind."""
    known = f"knows cost up to {month.last_day:%-d %b}" if month.last_day else "knows no cost yet"
    growing = " Of a month that is not settled both may still grow." if month.estimated else ""
    st.caption(
        "Bill is what Cost Explorer tells of SageMaker; it is up to a day late, and "
        f"{known}. Meter is the estimate from the seconds of builds that had ended when it was "
        f"read.{growing} Revenue and margins are on Invoices."
    )


def usage_types(known: UsageTypes | None, *, now: datetime) -> bool:
    """The bill by usage type as it was last asked for; whether to ask for it now."""
    if known is not None:
        if known.costs:
            st.dataframe(
                month_tables.usage_types(known),
                hide_index=True,
                height=tables.height_of(len(known.costs)),
                column_config=month_tables.row_columns("Usage type"),
                alt="The tenant's cost of the month by usage type",
            )
        else:
            st.info("Cost Explorer knows no usage of this tenant in the month.")
        st.caption(f"Cost Explorer told so at {show.when(known.asked_at, UTC, now=now)}.")
    price = show.money(REQUEST_PRICE)
    return st.button(
        "Ask by usage type",
        icon=":material/manage_search:",
        help=f"One question to Cost Explorer, {price} a page; kept until the month is read again",
    )


def nobodys(month: Month) -> None:
    """What no tenant bears, so that the month's total can be seen to be whole."""
    st.caption(
        f"Beside the tenants' {show.money(month.all_tenants.cost)} stand "
        f"{show.money(month.shared)} of shared cost that is not split and "
        f"{show.money(month.unallocated)} that is unallocated: {show.money(month.total)} in all."
    )


def builds(found: Sequence[Build], *, key: str) -> None:
    """The builds that ended in the month, each to be pressed for its steps."""
    tables.remember(key, [build.build_id for build in found])
    st.dataframe(
        month_tables.builds(found),
        hide_index=True,
        height=tables.height_of(len(found)),
        column_config=month_tables.build_columns(key),
        alt="Builds that ended in the month, with what each cost by the meter",
    )


def steps(build: Build) -> None:
    """What each step of a build used, at which price, and whose price that is."""
    st.markdown(f"**{show.plain(build.upload.file_name)}** :gray[· what its steps used]")
    if build.metered is None:
        st.info(_why_not_metered(build))
        return
    st.table(month_tables.steps(build.metered), border="horizontal", hide_index=True)
    st.caption(
        f"{show.money(build.metered.amount)} by the meter, before tax and discounts. "
        f"Prices: {show.plain('; '.join(build.metered.sources))}."
    )


def _why_not_metered(build: Build) -> str:
    if not build.ran:
        return "It never ran, so it cost nothing."
    if not build.steps:
        return "SageMaker knew its execution no more, so what its steps used cannot be told."
    return "One of its instances has no price, so the meter cannot tell what it cost."


def _above_meter(month: TenantMonth) -> str:
    """Builds that ended may lack prices: then there is no meter to compare the bill with."""
    if month.metered:
        return show.signed(month.drift)
    return "not metered" if month.ended else "no builds"
