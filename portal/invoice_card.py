"""Responsible for drawing invoices: one with its lines and files, a month's list, one's own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import streamlit as st

from backend import cost, invoices
from backend.domain.bill import LineKind
from backend.domain.exact import exact_sum
from backend.domain.invoice import Invoice, InvoiceStatus, InvoiceSummary
from backend.domain.invoice_html import as_html
from backend.domain.margin import Margin
from backend.domain.principal import Principal
from portal import format as show
from portal import invoice_files, invoice_tables, places, session, tables, words

_UNKNOWN = "not known"


def own_list(me: Principal) -> None:
    """A tenant's own invoices and drafts; each opens on the page of invoices."""
    if month := tables.pressed("open-bill"):
        places.go(places.BILLS, month=month)
    _own_list(me, invoices.own(session.context(), me, now=session.now()))


def own(me: Principal) -> None:
    """A tenant's own invoices and drafts, and the chosen one of them: for any page of theirs."""
    now = session.now()
    found = invoices.own(session.context(), me, now=now)
    if not found:
        st.info("No invoices yet: the first draft is here on the day your builds may begin.")
        return
    if month := tables.pressed("open-bill"):
        st.query_params["month"] = month
    by_month = _own_list(me, found)
    wanted = st.query_params.get("month", by_month[0])
    whole = invoices.see(session.context(), me, wanted, now=now)
    invoice(whole)
    if build_id := builds(whole):
        places.go(places.BUILD, id=build_id)


def invoice(found: Invoice) -> None:
    """One invoice: what it is, its lines, its terms, and its files."""
    look = words.INVOICE[found.status]
    st.subheader(f"{show.month(found.month)}{f' · {found.number}' if found.number else ''}")
    told = f"{look.badge} &nbsp; :gray[{show.plain(found.tenant_name)} · UTC days · "
    st.markdown(told + f"{found.currency}, before taxes]")
    if found.status is InvoiceStatus.DRAFT and found.open_reasons:
        st.info(show.plain(" ".join(found.open_reasons)), icon=":material/edit_note:")
    _figures(found)
    st.markdown(invoice_tables.lines(found))
    _files(found)
    with st.expander("Terms", icon=":material/gavel:"):
        st.markdown("\n".join(f"- {show.plain(term)}" for term in found.terms))
        for plan in found.plans:
            held = show.month(plan.since) if plan.since else "the beginning"
            st.markdown(f"- Plan of the {show.plain(plan.tier)} tier, holding from {held} on")


def builds(found: Invoice, *, may_open: bool = True) -> str | None:
    """The builds behind its lines; the id of the one that was pressed to be opened."""
    ids = [build_id for line in found.lines for build_id in line.build_ids]
    if not ids:
        return None
    pressed = tables.pressed("open-billed")
    with st.expander(f"{show.counted(len(ids), 'build')} behind it", icon=":material/build:"):
        tables.remember("open-billed", ids)
        st.dataframe(
            invoice_tables.builds(found),
            hide_index=True,
            height=tables.height_of(len(ids)),
            column_config=invoice_tables.columns("open-billed" if may_open else "", "Build"),
            alt="The builds that the invoice bills, line by line",
        )
    return pressed


def month_figures(found: Sequence[InvoiceSummary], whole: Margin, *, known: bool) -> None:
    """Revenue, and cost and margin when cost is known."""
    issued = sum(each.status is InvoiceStatus.FINAL for each in found)
    share = whole.share if known else None
    with st.grid(4, gap="small", min_column_width=150):
        st.metric("Revenue", show.money(whole.revenue), border=True, height="stretch")
        st.metric(
            "Cost of the tenants",
            show.money(whole.cost) if known else _UNKNOWN,
            help="Their own cost and their part of shared cost, as on the page of costs",
            border=True,
            height="stretch",
        )
        st.metric(
            f"Margin{'' if share is None else f' · {show.share(float(share))}'}",
            show.money(whole.amount) if known else _UNKNOWN,
            border=True,
            height="stretch",
        )
        st.metric("Issued", f"{issued} of {len(found)}", border=True, height="stretch")


def month_list(found: Sequence[InvoiceSummary], costs: Mapping[str, Decimal] | None) -> None:
    for sentence in dict.fromkeys(each.missing_plan for each in found if each.missing_plan):
        st.error(show.plain(sentence))
    tables.remember("open-invoice", [each.tenant_id for each in found])
    st.dataframe(
        invoice_tables.of_month(found, costs),
        hide_index=True,
        height=tables.height_of(len(found)),
        column_config=invoice_tables.columns("open-invoice"),
        alt="Each tenant's invoice, its cost and what is left",
    )


def drafts_as_of(found: Sequence[InvoiceSummary], read_at: datetime | None) -> None:
    """Of when the drafts in a list are; nothing where all are issued."""
    if not any(each.status is InvoiceStatus.DRAFT for each in found):
        return
    if read_at is None:
        told = "Costs were never read, so drafts in the list tell no usage yet"
    else:
        when = show.when(read_at, UTC, now=session.now())
        told = f"Drafts in the list are as of the last reading of costs, {when}"
    st.caption(f"{told}; a draft that is opened counts all builds up to now.")


def tier_list(found: Mapping[str, Margin], *, known: bool) -> None:
    st.subheader("By tier")
    st.dataframe(
        invoice_tables.tiers(found, known=known),
        hide_index=True,
        height="content",
        column_config=invoice_tables.columns(),
        alt="Revenue, cost and margin of each tier",
    )


def _own_list(me: Principal, found: Sequence[InvoiceSummary]) -> list[str]:
    by_month = [each.month for each in found]
    tables.remember("open-bill", by_month)
    if found:
        st.dataframe(
            invoice_tables.own(found),
            hide_index=True,
            height="content",
            column_config=invoice_tables.columns("open-bill", "Month"),
            alt="Your invoices, the newest month first",
        )
        drafts_as_of(found, cost.synced(session.context(), me).synced_at)
    return by_month


def _figures(found: Invoice) -> None:
    kinds = (
        ("Fees", (LineKind.FEE, LineKind.MINIMUM)),
        ("Build minutes", (LineKind.MINUTES,)),
        ("Builds", (LineKind.BUILDS,)),
    )
    with st.grid(4, gap="small", min_column_width=150):
        st.metric("Total", show.money(found.total), border=True, height="stretch")
        for label, of in kinds:
            amount = exact_sum(line.amount for line in found.lines if line.kind in of)
            st.metric(label, show.money(amount), border=True, height="stretch")


def _files(found: Invoice) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, kind, mime, content in (
            ("To print", "html", "text/html", as_html),
            ("CSV", "csv", "text/csv", invoice_files.lines),
        ):
            st.download_button(
                label,
                partial(content, found),
                invoice_files.name_of(found, kind),
                mime,
                key=f"{kind}-{found.tenant_id}-{found.month}",
                icon=":material/print:" if kind == "html" else ":material/download:",
                on_click="ignore",
            )
        if found.data_as_of is not None:
            as_of = show.when(found.data_as_of, UTC, now=session.now())
            st.caption(f"Figures as of {as_of}")
