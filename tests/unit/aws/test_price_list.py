"""What is taken from AWS's price list, and what is said when it cannot be read."""

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backend.aws.price_list import PriceList
from backend.domain.errors import Unavailable
from tests.unit.aws.replayed import refusal, replayed
from tests.unit.values import NOON

EVENTS = Path(__file__).parents[2] / "events" / "price_list"


def sample(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return read


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", "User is not authorized to perform: pricing:GetProducts"),
        ("UnknownOperationException", "The embedded cloud does not serve pricing."),
        ("NotFoundException", "No such service"),
    ],
)
def test_whatever_aws_refuses_is_told_with_its_reason(code: str, message: str):
    with pytest.raises(Unavailable, match=f"{code}: {message}"):
        PriceList(replayed(refusal(code, message)).session).read(["ml.m5.large"], now=NOON)


def test_a_region_without_a_way_to_the_list_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(Unavailable, match="could not be reached"):
        PriceList(replayed(*[None] * 9).session).read(["ml.m5.large"], now=NOON)


def test_a_list_that_names_none_of_the_types_is_no_book():
    replay = replayed(sample("nothing"), sample("nothing"))
    with pytest.raises(Unavailable, match=r"no price in us-east-1 for any of ml\.a1, ml\.b2"):
        PriceList(replay.session).read(["ml.b2", "ml.a1"], now=NOON)


def test_every_page_is_read_and_hosting_plans_and_free_use_are_left_out():
    replay = replayed(sample("ml.m5.large-1"), sample("ml.m5.large-2"))
    book = PriceList(replay.session).read(["ml.m5.large"], now=NOON)
    assert book.listed == {
        ("Training", "ml.m5.large"): Decimal("0.115"),
        ("Processing", "ml.m5.large"): Decimal("0.116"),
    }
    assert book.price_of("Tuning", "ml.m5.large").source == (
        "AWS's price list of us-east-1, read 2026-05-04"
    )
    assert [asked.get("NextToken") for asked in replay.asked] == [None, "next"]


def test_an_instance_with_two_prices_is_left_to_the_shipped_table():
    book = PriceList(replayed(sample("ml.m5.xlarge")).session).read(["ml.m5.xlarge"], now=NOON)
    assert book.listed == {("Training", "ml.m5.xlarge"): Decimal("0.23")}


def test_each_type_is_asked_for_in_the_sessions_own_region():
    replay = replayed(sample("ml.m5.large-2"), sample("ml.m5.xlarge"), region="eu-west-1")
    PriceList(replay.session).read(["ml.m5.large", "ml.m5.xlarge"], now=NOON)
    assert [asked["ServiceCode"] for asked in replay.asked] == ["AmazonSageMaker"] * 2
    assert [{one["Field"]: one["Value"] for one in asked["Filters"]} for asked in replay.asked] == [
        {"regionCode": "eu-west-1", "instanceName": "ml.m5.large"},
        {"regionCode": "eu-west-1", "instanceName": "ml.m5.xlarge"},
    ]


@pytest.mark.parametrize(
    ("region", "endpoint"),
    [
        ("eu-west-1", "api.pricing.eu-central-1"),
        ("ap-southeast-2", "api.pricing.ap-south-1"),
        ("us-west-2", "api.pricing.us-east-1"),
        ("sa-east-1", "api.pricing.us-east-1"),
    ],
)
def test_the_nearest_of_the_three_endpoints_is_asked(
    region: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    replay = replayed(sample("ml.m5.large-2"), region=region)
    PriceList(replay.session).read(["ml.m5.large"], now=NOON)
    assert endpoint in replay.urls[0]
