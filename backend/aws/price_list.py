"""Responsible for AWS's list prices of SageMaker's instances, as its Price List tells them."""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected

from backend.aws.session import AwsSession
from backend.aws.translate import code_of, message_of
from backend.domain.errors import Unavailable
from backend.domain.exact import amount_of
from backend.domain.price_book import PriceBook

# The only regions whose endpoint answers; each knows the prices of all regions:
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
_NEAREST = {"eu": "eu-central-1", "ap": "ap-south-1"}
_SERVED_ELSE = "us-east-1"
# How a bill's line names it, with the region's prefix before it: USE1-Train:ml.m5.large. Warm
# pools, plans paid in advance and clusters bear the same instance's name with other uses.
_USAGE = re.compile(r"(?:[A-Z0-9]+-)?(Train|Processing):(ml\.[a-z0-9.-]+)")
_KINDS = {"Train": "Training", "Processing": "Processing"}
_HOURS = "Hrs"


class PriceList:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _pricing(self) -> Any:
        nearest = _NEAREST.get(self._session.region.partition("-")[0], _SERVED_ELSE)
        return self._session.client("pricing", region=nearest)

    def read(self, instance_types: Collection[str], *, now: datetime) -> PriceBook:
        """On-demand prices of training and processing on these types in the session's region.

        A type that the list does not name, or names with two prices, is left out of the book.
        Raises Unavailable, with the reason, when the list cannot be read or names none of them.
        """
        region = self._session.region
        with _told_why():
            products = [product for name in instance_types for product in self._products(name)]
        found = _prices(products)
        if not found:
            named = ", ".join(sorted(instance_types))
            raise Unavailable(f"AWS's price list has no price in {region} for any of {named}.")
        return PriceBook(region, now, found)

    def _products(self, instance_type: str) -> Iterator[dict[str, Any]]:
        wanted = {"regionCode": self._session.region, "instanceName": instance_type}
        pages = self._pricing.get_paginator("get_products").paginate(
            ServiceCode="AmazonSageMaker",
            FormatVersion="aws_v1",
            Filters=[
                {"Type": "TERM_MATCH", "Field": field, "Value": value}
                for field, value in wanted.items()
            ],
        )
        for page in pages:
            yield from map(json.loads, page["PriceList"])


def _prices(products: Collection[dict[str, Any]]) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], set[Decimal]] = {}
    for product in products:
        usage = _USAGE.fullmatch(product["product"]["attributes"].get("usagetype", ""))
        if usage is not None:
            key = _KINDS[usage[1]], usage[2]
            found.setdefault(key, set()).update(_hourly(product))
    return {key: prices.pop() for key, prices in found.items() if len(prices) == 1}


def _hourly(product: dict[str, Any]) -> Iterator[Decimal]:
    """What an hour costs on demand, in USD; nothing for what is free or paid in another way."""
    for term in product["terms"].get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            price = dimension["pricePerUnit"].get("USD")
            if dimension["unit"] == _HOURS and price is not None and amount_of(price):
                yield amount_of(price)


@contextmanager
def _told_why() -> Iterator[None]:
    """Every refusal, whatever its code: there is a table to fall back on, and it is told why."""
    try:
        yield
    except ClientError as refusal:
        raise Unavailable(
            f"AWS refused to tell its list prices: {code_of(refusal)}: {message_of(refusal)}"
        ) from refusal
    except (NotConnected, HTTPClientError) as fault:
        raise Unavailable(f"AWS's price list could not be reached: {fault}") from fault
