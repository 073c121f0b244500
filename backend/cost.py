"""Responsible for the provider's view of cost: what was read of Cost Explorer, and reading more."""

from datetime import date

from backend.context import Context
from backend.domain.cost import CostReport
from backend.domain.cost_sync import SyncState
from backend.domain.errors import Invalid, Unavailable
from backend.domain.principal import Principal


def report(context: Context, principal: Principal, *, since: date, until: date) -> CostReport:
    """Cost of the UTC days of [since, until), as the last sync has found it."""
    principal.as_provider()
    if since >= until:
        raise Invalid(f"The period {since} to {until} holds no day: choose a later end.")
    months = context.cost_table.of_all(since, until)
    records = (r for month in months for r in month.records if since <= r.day < until)
    return CostReport(since, until, tuple(records))


def synced(context: Context, principal: Principal) -> SyncState:
    """How far Cost Explorer has been read, and what that has cost."""
    principal.as_provider()
    return context.sync_notes.read()


def sync(context: Context, principal: Principal) -> None:
    """Reads Cost Explorer now; Unavailable, with the reason, when nothing could be read."""
    principal.as_provider()
    refused = context.functions.sync_costs()["refused"]
    if refused:
        raise Unavailable(refused)
