"""What people did is shown to providers, the newest first, and nobody changes it."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from backend import audit
from backend.context import Context
from backend.domain import naming
from backend.domain.audit import Action, AuditEntry
from backend.domain.errors import Forbidden
from backend.domain.principal import Principal, Role
from tests.integration.estate import PAT

# A year of its own: other tests' interventions are of today.
NEW_YEAR = datetime(2031, 1, 1, 0, 30, tzinfo=UTC)


def entry(ago: timedelta, subject: str) -> AuditEntry:
    return AuditEntry(NEW_YEAR - ago, "Pat", Action.EDIT_TIER, subject, "weight: 1", "weight: 2")


def test_entries_are_shown_the_newest_first_over_many_days(portal: Context):
    ages = [timedelta(0), timedelta(minutes=10), timedelta(hours=1), timedelta(days=29)]
    told = [entry(ago, f"tier {number}") for number, ago in enumerate(ages)]
    for one in (told[2], told[0], told[3], told[1], told[1]):
        portal.audit.add(one)
    portal.audit.add(entry(timedelta(days=31), "tier of last year"))
    assert audit.latest(portal, PAT, now=NEW_YEAR) == told
    assert audit.latest(portal, PAT, now=NEW_YEAR, limit=3) == told[:3]


def test_only_providers_see_it(portal: Context):
    with pytest.raises(Forbidden):
        audit.latest(portal, Principal("ana", "Ana", Role.TENANT, "acme"), now=NEW_YEAR)


def test_not_even_the_portal_deletes_or_edits_an_entry(portal: Context):
    one = entry(timedelta(days=3), "tier kept")
    portal.audit.add(one)
    key = {"day": one.day, "entry_id": one.entry_id}
    rows = portal.session.table(naming.AUDIT_TABLE)
    with pytest.raises(ClientError, match="AccessDenied"):
        rows.delete_item(Key=key)
    with pytest.raises(ClientError, match="AccessDenied"):
        rows.update_item(
            Key=key,
            UpdateExpression="SET actor = :other",
            ExpressionAttributeValues={":other": "Kim"},
        )
