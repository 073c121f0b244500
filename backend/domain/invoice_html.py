"""Responsible for an invoice as a page to print: whole in one file, without any script."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import escape
from string import Template

from backend.domain.bill import InvoiceLine, LineKind
from backend.domain.invoice import Invoice, InvoiceStatus
from backend.domain.month import days_of, in_words
from backend.domain.plan import CURRENCY
from backend.domain.rates import written

# A file of its own is opened from anywhere: nothing in it may load or run.
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
@page { size: A4; margin: 18mm 16mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 820px; color: #0e1522; background: #fff;
  font: 14px/1.5 Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
header { display: flex; flex-wrap: wrap; gap: 16px 48px; justify-content: space-between;
  border-bottom: 2px solid #3d4ecf; padding-bottom: 16px; }
h1 { margin: 0; font-size: 24px; }
h2 { margin: 28px 0 8px; font-size: 15px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 16px; margin: 0; }
dt { color: #566075; }
dd { margin: 0; }
table { width: 100%; border-collapse: collapse; margin-top: 24px; }
th, td { padding: 8px; text-align: left; vertical-align: top;
  border-bottom: 1px solid #dfe4ee; }
th { color: #566075; font-weight: 600; }
th.n, td.n { text-align: right; white-space: nowrap; }
tr > :first-child { padding-left: 0; }
tr > :last-child { padding-right: 0; }
tr { break-inside: avoid; }
tr.sum td { font-weight: 600; }
tr.total td { border-bottom: 0; border-top: 2px solid #0e1522; font-size: 17px; font-weight: 700; }
small, .terms { color: #566075; }
.terms { margin: 0; padding-left: 18px; font-size: 12px; }
.why { margin-top: 16px; padding: 8px 12px; border-left: 4px solid #b4620d; background: #fdf6ec; }
.builds { columns: 2; font: 11px/1.6 ui-monospace, monospace; color: #566075; margin: 0;
  padding: 0; list-style: none; }
.draft::before { content: "DRAFT"; position: fixed; inset: 0; display: grid; place-items: center;
  font-size: 22vmin; font-weight: 800; color: rgba(180, 98, 13, .12); transform: rotate(-28deg);
  pointer-events: none; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media print { body { padding: 0; max-width: none; } }
@media (max-width: 560px) { .builds { columns: 1; } td.p, th.p { display: none; } }
</style>
</head>
<body class="$look">
<header>
<div><h1>$heading</h1><div>$provider</div></div>
<dl>$particulars</dl>
</header>
$why
<table>
<thead><tr><th>What</th><th class="n">Quantity</th><th class="p">Price</th>\
<th class="n">Amount, $currency</th></tr></thead>
<tbody>
$lines
<tr class="total"><td colspan="2">Total</td><td class="p"></td><td class="n">$total</td></tr>
</tbody>
</table>
<h2>Terms</h2>
<ul class="terms">$terms</ul>
$builds
</body>
</html>
""")


def as_html(invoice: Invoice) -> str:
    """The invoice as an HTML page; whatever it is made of is text there and nothing else."""
    draft = invoice.status is InvoiceStatus.DRAFT
    heading = "Draft of an invoice" if draft else f"Invoice {invoice.number}"
    return _PAGE.substitute(
        title=escape(f"{heading}, {invoice.tenant_name}, {in_words(invoice.month)}"),
        look="draft" if draft else "final",
        heading=escape(heading),
        provider=escape(invoice.provider),
        particulars=_particulars(invoice),
        why=_why(invoice),
        currency=escape(invoice.currency or CURRENCY),
        lines="\n".join(_tier(invoice, tier) for tier in invoice.subtotals),
        total=_money(invoice.total),
        terms="".join(f"<li>{escape(term)}</li>" for term in invoice.terms),
        builds=_builds(invoice),
    )


def _particulars(invoice: Invoice) -> str:
    days = days_of(invoice.month)
    last = days.until - timedelta(days=1)
    plans = ", ".join(
        f"{plan.tier} since {in_words(plan.since) if plan.since else 'the beginning'}"
        for plan in invoice.plans
    )
    told = {
        "To": f"{invoice.tenant_name} ({invoice.tenant_id})",
        "Period": f"{days.since.day} to {last.day} {last:%B %Y}, UTC",
        "Issued": _moment(invoice.issued_at),
        "Figures as of": _moment(invoice.data_as_of),
        "Plans": plans,
    }
    return "".join(
        f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in told.items() if text
    )


def _why(invoice: Invoice) -> str:
    if invoice.status is InvoiceStatus.FINAL or not invoice.open_reasons:
        return ""
    return f'<p class="why">{escape(" ".join(invoice.open_reasons))}</p>'


def _tier(invoice: Invoice, tier: str) -> str:
    rows = "".join(_row(line) for line in invoice.lines if line.tier == tier)
    if len(invoice.subtotals) == 1:
        return rows
    return (
        f'{rows}<tr class="sum"><td colspan="2">{escape(tier.capitalize())} tier</td>'
        f'<td class="p"></td><td class="n">{_money(invoice.subtotals[tier])}</td></tr>'
    )


def _row(line: InvoiceLine) -> str:
    many = "" if line.quantity == 1 else "s"
    quantity = f"{written(line.quantity)} {line.unit}{many}"
    return (
        f'<tr><td>{escape(line.text)}</td><td class="n">{escape(quantity)}</td>'
        f'<td class="p">{escape(line.price)}</td><td class="n">{_money(line.amount)}</td></tr>\n'
    )


def _builds(invoice: Invoice) -> str:
    ids = [
        build_id
        for line in invoice.lines
        if line.kind is LineKind.MINUTES
        for build_id in line.build_ids
    ]
    if not ids:
        return ""
    listed = "".join(f"<li>{escape(build_id)}</li>" for build_id in ids)
    return f'<h2>Builds behind the build minutes</h2>\n<ul class="builds">{listed}</ul>'


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"
