"""Responsible for remembering people's interventions: who, when, and from what to what."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Action(StrEnum):
    """What a provider may do to the lines, the builds in them, settings, cost and bills."""

    MOVE_TO_FRONT = "Moved to the front"
    CANCEL = "Cancelled"
    STOP = "Asked to stop"
    RETRY = "Tried again"
    EDIT_TIER = "Tier edited"
    PAUSE_TIER = "Tier paused"
    RESUME_TIER = "Tier resumed"
    EDIT_POLICY = "Policy edited"
    SET_SHARE = "Share set"
    SET_BUDGET = "Budget set"
    PAUSE_TENANT = "Tenant paused"
    RESUME_TENANT = "Tenant resumed"
    REDRIVE = "Dead letters redriven"
    DISCARD = "Dead letters discarded"
    SWEEP = "Swept on demand"
    SPLIT_COST = "Shared cost split anew"
    EDIT_PLAN = "Plan edited"
    ISSUE_INVOICE = "Invoice issued"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One intervention; `before` and `after` are words for people, empty where there are none."""

    at: datetime
    actor: str
    action: Action
    subject: str
    before: str = ""
    after: str = ""

    @property
    def entry_id(self) -> str:
        """The moment, so that entries stand in its order, and what tells it from its like."""
        told = "\n".join((self.actor, self.action, self.subject, self.before, self.after))
        digest = hashlib.sha256(told.encode()).hexdigest()[:16]
        return f"{self.at.astimezone(UTC).isoformat(timespec='microseconds')}#{digest}"

    @property
    def day(self) -> str:
        return self.at.astimezone(UTC).date().isoformat()
