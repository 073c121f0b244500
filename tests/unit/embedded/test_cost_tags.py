"""When a tag key is known to billing, who has activated it, and from which day costs show it."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.embedded import clock
from backend.embedded.costs.activation import Activations, TagChange
from backend.embedded.costs.bill import Bill
from tests.unit.embedded.cost_jobs import (
    ACME,
    BY_TENANT,
    JOBS,
    MARCH,
    NOW,
    Ran,
    ask,
    at,
    explorer,
    found,
    groups,
    made_up,
    tag,
)

DAY = timedelta(days=1)


class Account:
    """An account whose jobs and clock a test moves; nothing is activated at first."""

    def __init__(self, file: Path, delay: timedelta, patch: pytest.MonkeyPatch) -> None:
        self.file, self.delay, self.patch = file, delay, patch
        self.jobs: list[Ran] = []
        self.restart()
        self.turn(NOW)

    def restart(self) -> None:
        self.costs = explorer(self.jobs, file=self.file, delay=self.delay, past=())

    def turn(self, now: datetime) -> None:
        self.patch.setattr(clock, "now", lambda: now)

    def listed(self, **asked: Any) -> list[tuple[str, str]]:
        tags = found(self.costs, "ListCostAllocationTags", **asked)["CostAllocationTags"]
        return [(each["TagKey"], each["Status"]) for each in tags]

    def set(self, status: str, *keys: str) -> list[dict[str, str]]:
        entries = [{"TagKey": key, "Status": status} for key in keys]
        answer = found(
            self.costs, "UpdateCostAllocationTagsStatus", CostAllocationTagsStatus=entries
        )
        return list(answer["Errors"])

    def seen(self, **more: Any) -> dict[tuple[str, ...], str]:
        question: dict[str, Any] = {
            "TimePeriod": MARCH | {"End": "2026-03-20"},
            "Granularity": "MONTHLY",
            "Metrics": ["UnblendedCost"],
        }
        return groups(found(self.costs, "GetCostAndUsage", **question, GroupBy=BY_TENANT, **more))


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Tags take effect a day after they were activated."""
    return Account(tmp_path / "tags.json", DAY, monkeypatch)


def test_where_no_billed_line_has_carried_any_of_the_keys_all_are_refused(
    account: Account,
) -> None:
    account.jobs.append(Ran(ACME, billable_seconds=0))
    assert account.listed() == []
    entries = [{"TagKey": key, "Status": "Active"} for key in ("tenant-id", "tier")]
    status, refusal = ask(
        account.costs, "UpdateCostAllocationTagsStatus", CostAllocationTagsStatus=entries
    )
    assert (status, refusal["__type"]) == (400, "ValidationException")
    assert refusal["message"] == (
        "Failed to update Cost Allocation Tag: Tag keys not found: tenant-id,tier"
    )


def test_of_some_keys_those_are_activated_that_a_billed_line_has_carried(
    account: Account,
) -> None:
    account.jobs.append(Ran({"tier": "basic"}))
    assert account.listed() == [("tier", "Inactive")]
    assert account.set("Active", "tenant-id", "tier") == [
        {
            "TagKey": "tenant-id",
            "Code": "TagKeysNotFoundException",
            "Message": "Failed to update Cost Allocation Tag: tenant-id",
        }
    ]
    assert account.listed() == [("tier", "Active")]


def test_more_than_twenty_keys_at_once_are_refused() -> None:
    entries = [{"TagKey": str(number), "Status": "Active"} for number in range(21)]
    status, refusal = ask(
        explorer(), "UpdateCostAllocationTagsStatus", CostAllocationTagsStatus=entries
    )
    assert (status, refusal["__type"]) == (400, "ValidationException")


def test_an_inactive_key_is_seen_neither_in_groups_nor_by_filters(account: Account) -> None:
    account.jobs.append(Ran(ACME))
    assert account.seen() == {("tenant-id$",): "0.115"}
    assert account.seen(Filter=tag("tenant-id", "acme")) == {}
    absent = {"Tags": {"Key": "tenant-id", "MatchOptions": ["ABSENT"]}}
    assert account.seen(Filter=absent) == {("tenant-id$",): "0.115"}
    assert found(account.costs, "GetTags", TimePeriod=MARCH)["Tags"] == []


def test_an_activated_key_is_listed_at_once_and_shows_only_in_usage_from_a_day_later(
    account: Account,
) -> None:
    account.jobs += [Ran(ACME, at(day)) for day in (9, 10, 11, 12)]
    account.set("Active", "tenant-id")
    assert account.listed(Status="Active") == [("tenant-id", "Active")]
    account.turn(NOW + DAY - timedelta(seconds=1))
    assert account.seen() == {("tenant-id$",): "0.46"}
    account.turn(NOW + DAY)
    assert account.seen() == {("tenant-id$",): "0.23", ("tenant-id$acme",): "0.23"}


def test_without_a_delay_a_key_shows_in_usage_from_the_day_of_its_activation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(tmp_path / "tags.json", timedelta(0), monkeypatch)
    account.jobs += [Ran(ACME, at(9)), Ran(ACME, at(10))]
    account.set("Active", "tenant-id")
    assert account.seen() == {("tenant-id$",): "0.115", ("tenant-id$acme",): "0.115"}


def test_a_deactivated_key_stays_on_what_was_used_before(account: Account) -> None:
    account.jobs += [Ran(ACME, at(day)) for day in (11, 12, 13)]
    account.set("Active", "tenant-id")
    account.turn(NOW + 2 * DAY)
    account.set("Inactive", "tenant-id")
    account.turn(NOW + 5 * DAY)
    assert account.listed(TagKeys=["tenant-id"]) == [("tenant-id", "Inactive")]
    assert account.seen() == {("tenant-id$",): "0.23", ("tenant-id$acme",): "0.115"}


def test_a_key_that_is_deactivated_before_it_took_effect_never_shows(account: Account) -> None:
    account.jobs += [Ran(ACME, at(day)) for day in (10, 11, 12)]
    account.set("Active", "tenant-id")
    account.turn(NOW + timedelta(hours=1))
    account.set("Inactive", "tenant-id")
    account.turn(NOW + 5 * DAY)
    assert account.seen() == {("tenant-id$",): "0.345"}


def test_what_was_activated_is_known_after_a_restart(account: Account) -> None:
    account.jobs += [Ran(ACME, at(11))]
    account.set("Active", "tenant-id", "tier")
    account.set("Inactive", "tier")
    account.restart()
    account.turn(NOW + 2 * DAY)
    assert account.listed(Status="Active") == [("tenant-id", "Active")]
    assert account.seen() == {("tenant-id$acme",): "0.115"}


def test_to_activate_an_active_key_has_no_effect(account: Account) -> None:
    account.jobs += [Ran(ACME, at(10)), Ran(ACME, at(11)), Ran(ACME, at(12))]
    account.set("Active", "tenant-id")
    account.turn(NOW + DAY)
    assert account.set("Active", "tenant-id") == []
    asked = {"TagKeys": ["tenant-id"]}
    (tag,) = found(account.costs, "ListCostAllocationTags", **asked)["CostAllocationTags"]
    assert tag["LastUpdatedDate"] == "2026-03-10T12:00:00Z"
    assert account.seen() == {("tenant-id$",): "0.115", ("tenant-id$acme",): "0.23"}


def test_a_key_tells_when_it_was_changed_and_in_which_month_it_was_used(account: Account) -> None:
    account.jobs += [Ran(ACME, at(27, month=2)), Ran({"tier": "basic"}, at(2, month=1))]
    account.set("Active", "tenant-id")
    tags = found(account.costs, "ListCostAllocationTags")["CostAllocationTags"]
    assert tags[2:] == [
        {
            "TagKey": "tenant-id",
            "Type": "UserDefined",
            "Status": "Active",
            "LastUpdatedDate": "2026-03-10T12:00:00Z",
            "LastUsedDate": "2026-02-01T00:00:00Z",
        },
        {
            "TagKey": "tier",
            "Type": "UserDefined",
            "Status": "Inactive",
            "LastUsedDate": "2026-02-01T00:00:00Z",
        },
    ]


def test_keys_are_listed_by_status_type_and_name_in_pages(account: Account) -> None:
    account.jobs += JOBS
    account.set("Active", "tier", "project")
    assert account.listed(Status="Inactive") == [
        ("build-id", "Inactive"),
        ("tenant-id", "Inactive"),
    ]
    assert account.listed(Type="AWSGenerated") == []
    assert account.listed(TagKeys=["tier", "unheard-of"]) == [("tier", "Active")]
    first = found(account.costs, "ListCostAllocationTags", MaxResults=3)
    rest = found(
        account.costs, "ListCostAllocationTags", MaxResults=3, NextToken=first["NextToken"]
    )
    pages = first["CostAllocationTags"] + rest["CostAllocationTags"]
    assert [each["TagKey"] for each in pages] == ["build-id", "project", "tenant-id", "tier"]
    status, refusal = ask(
        account.costs, "ListCostAllocationTags", MaxResults=2, NextToken=first["NextToken"]
    )
    assert (status, refusal["__type"]) == (400, "InvalidNextTokenException")


def test_what_a_ledger_says_was_activated_counts_like_what_is_activated_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    ledger = Bill()
    for day in (1, 2, 3):
        ledger.add(date(2026, 3, day), made_up({"tenant-id": "delta"}), 10**10, 0)
    past = [TagChange("tenant-id", active=True, at=at(1))]
    costs = explorer((), file=tmp_path / "tags", delay=DAY, past=past, ledger=ledger)
    question = {"TimePeriod": MARCH, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
    answer = found(costs, "GetCostAndUsage", **question, GroupBy=BY_TENANT)
    assert groups(answer) == {("tenant-id$",): "1", ("tenant-id$delta",): "2"}
    entry = {"TagKey": "tenant-id", "Status": "Inactive"}
    found(costs, "UpdateCostAllocationTagsStatus", CostAllocationTagsStatus=[entry])
    (tag,) = found(costs, "ListCostAllocationTags")["CostAllocationTags"]
    assert tag["Status"] == "Inactive"


CHANGES = st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=6)


@given(changes=CHANGES, delay=st.integers(0, 60), now=st.integers(0, 500), day=st.integers(-2, 20))
def test_no_usage_shows_a_key_before_the_day_it_took_effect_whatever_was_changed(
    changes: list[tuple[bool, int]], delay: int, now: int, day: int
) -> None:
    def hour(number: int) -> datetime:
        return NOW + timedelta(hours=number)

    ordered = sorted(changes, key=lambda change: change[1])
    made = tuple(TagChange("k", active, hour(number)) for active, number in ordered)
    on = NOW.date() + timedelta(days=day)
    shown = Activations(made, timedelta(hours=delay)).carried_on(on, hour(now))
    effective = [hour(number + delay) for active, number in ordered if active]
    if not any(moment <= hour(now) and moment.date() <= on for moment in effective):
        assert shown == frozenset()
