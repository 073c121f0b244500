"""Responsible for what the tenants cost: by day and tenant, with what no tenant's tag carries."""

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from backend import cost
from backend.domain.cost import CostReport
from backend.domain.principal import Principal, Role
from portal import auth, charts, session, tables
from portal import format as show

me = auth.require(Role.PROVIDER)


@st.cache_data(ttl=timedelta(minutes=10), max_entries=16, show_spinner="Asking Cost Explorer…")
def asked(
    _principal: Principal, role: Role, since: date, until: date
) -> tuple[CostReport, datetime]:
    found = cost.report(session.context(), _principal, since=since, until=until)
    return found, session.now()


st.title("Costs")
days = st.radio(
    "Period",
    [7, 30, 90],
    index=1,
    horizontal=True,
    format_func=lambda days: f"{days} days",
    key="days",
    bind="query-params",
    label_visibility="collapsed",
)
today = session.now().astimezone(UTC).date()
since, until = today - timedelta(days=days - 1), today + timedelta(days=1)
report, asked_at = asked(me, me.role, since, until)
if not report.records:
    asked.clear()
    st.info(
        "Cost Explorer knows no cost yet. It runs up to a day behind, and a new tag key takes "
        "another day to appear: look again tomorrow."
    )
    st.stop()
tenants = report.tenants()
untagged = float(report.untagged / report.total) if report.total else 0.0
with st.grid(4, gap="small", min_column_width=150):
    estimated = "Estimated until the month is closed" if report.estimated else "Final"
    st.metric("Total", show.money(report.total), help=estimated, border=True, height="stretch")
    st.metric("Tenants with cost", len(tenants), border=True, height="stretch")
    st.metric("Largest", tenants[0] if tenants else "none", border=True, height="stretch")
    st.metric(
        f"Untagged, {show.share(untagged)}",
        show.money(report.untagged),
        help="Cost that carries no tenant's tag: shared things, and what is not tagged yet",
        border=True,
        height="stretch",
    )
with st.container(border=True):
    st.markdown(f"**Cost by day and tenant** :gray[· {days} days, USD, UTC days]")
    st.plotly_chart(
        charts.cost_by_day(report, session.palette()),
        key="costs",
        config={"displayModeBar": False},
        alt="Cost of each day, stacked by tenant",
    )
st.dataframe(
    tables.costs(report),
    hide_index=True,
    height="content",
    column_config=tables.cost_columns(),
    alt="Cost of each tenant in the period",
)
with st.container(horizontal=True, vertical_alignment="center"):
    st.download_button(
        "Export CSV",
        lambda: tables.exported(report),
        f"costs-{report.since}-{today}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    st.button("Ask again", icon=":material/refresh:", on_click=asked.clear)
    st.caption(
        f"Cost Explorer was asked at {show.when(asked_at, UTC, now=session.now())}. "
        "Each question costs $0.01, so an answer is kept for ten minutes."
    )
