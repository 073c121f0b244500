"""List prices are kept beside the settings, and builds that end are metered by them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property

import pytest

from backend import list_prices
from backend.aws.executions import Executions
from backend.aws.price_notes import LASTS, PriceNotes
from backend.context import Context
from backend.domain import naming
from backend.domain.build import BuildState, BuildStep
from backend.domain.errors import Unavailable
from backend.domain.price_book import SHIPPED_TABLE, PriceBook
from backend.domain.tenant import Tenant
from backend.ending import end_execution
from tests.portal import made

NOW = datetime.now(UTC)
# An instance that nobody else's builds run on, and that the shipped table does not know.
RARE = "ml.p9.large"
BOOK = PriceBook(
    "us-east-1",
    NOW,
    {("Training", RARE): Decimal("3.6000000001"), ("Processing", RARE): Decimal("1.8")},
)


class Ran(Executions):
    """An execution whose only step has trained for an hour."""

    def steps(self, execution_arn: str) -> tuple[BuildStep, ...]:
        return (BuildStep("Train", "Training", "Succeeded", instance_type=RARE, instance_count=1),)

    def metered(self, step: BuildStep) -> BuildStep:
        return replace(step, billable_seconds=3600)


@dataclass(frozen=True)
class HasRan(Context):
    @cached_property
    def executions(self) -> Ran:
        return Ran(self.session)


@pytest.fixture(autouse=True)
def nothing_known(admin: Context) -> Iterator[None]:
    settings = admin.session.table(naming.SETTINGS_TABLE)
    settings.delete_item(Key={"name": "price-book"})
    yield
    settings.delete_item(Key={"name": "price-book"})


def fresh(admin: Context) -> Context:
    """The same rights in a process that remembers nothing."""
    return Context(admin.settings, admin.session)


def test_before_the_first_reading_the_shipped_table_answers(admin: Context):
    book = PriceNotes(admin.session).read(now=NOW)
    assert book.price_of("Training", "ml.m5.large").source == SHIPPED_TABLE


def test_a_refused_list_leaves_the_prices_read_before_and_says_why(admin: Context):
    context, later = fresh(admin), NOW + timedelta(days=8)
    context.prices.write(BOOK)
    book = list_prices.refresh(context, now=later)
    assert (book.listed, book.read_at) == (BOOK.listed, NOW)
    assert "does not serve pricing" in book.unread_because
    assert PriceNotes(admin.session).read(now=later) == book
    with pytest.raises(Unavailable):
        context.price_list.read([RARE], now=later)


def test_a_list_of_this_week_is_not_asked_for_again(admin: Context):
    context = fresh(admin)
    context.prices.write(BOOK)
    assert list_prices.refresh(context, now=NOW + timedelta(days=6)) == BOOK


def test_a_warm_process_reads_the_row_once_an_hour(admin: Context):
    notes = PriceNotes(admin.session)
    assert notes.read(now=NOW) == PriceBook()
    PriceNotes(admin.session).write(BOOK)
    assert notes.read(now=NOW + LASTS - timedelta(seconds=1)) == PriceBook()
    assert notes.read(now=NOW + LASTS) == BOOK


def test_a_build_that_ends_is_metered_by_the_list_to_its_last_digit(
    admin: Context, new_tenant: Callable[..., Tenant]
):
    context = HasRan(admin.settings, admin.session)
    context.prices.write(BOOK)
    build = made.build(admin, new_tenant(), BuildState.EXECUTING)
    ended = end_execution(context, build, BuildState.SUCCEEDED, "arn:of:nothing", now=NOW)
    assert ended.metered is not None
    (step,) = ended.metered.steps
    assert step.amount == Decimal("3.6000000001")
    assert step.price.source.startswith("AWS's price list of us-east-1")
