"""Responsible for showing a provider who has intervened, when, and in what."""

from datetime import UTC, datetime

from backend.context import Context
from backend.domain.audit import AuditEntry
from backend.domain.principal import Principal

DAYS = 30


def latest(
    context: Context, principal: Principal, *, now: datetime, limit: int = 50
) -> list[AuditEntry]:
    """The newest interventions of the last thirty days, the newest first."""
    principal.as_provider()
    return context.audit.latest(limit, today=now.astimezone(UTC).date(), days=DAYS)
