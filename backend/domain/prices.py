"""Responsible for what an instance costs by the hour."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from backend.domain.errors import Invalid

# USD per hour in us-east-1, on demand, before tax and discounts. Agreed on by public price lists,
# not read from AWS: `pricing:GetProducts` has the last word, this table is what there is without.
PRICES: Mapping[str, Decimal] = MappingProxyType(
    {
        "ml.t3.medium": Decimal("0.05"),
        "ml.m5.large": Decimal("0.115"),
        "ml.m5.xlarge": Decimal("0.23"),
        "ml.m5.2xlarge": Decimal("0.461"),
        "ml.m5.4xlarge": Decimal("0.922"),
        "ml.c5.large": Decimal("0.102"),
        "ml.c5.xlarge": Decimal("0.204"),
        "ml.c5.2xlarge": Decimal("0.408"),
        "ml.g4dn.xlarge": Decimal("0.736"),
        "ml.g5.xlarge": Decimal("1.408"),
    }
)

# USD per GB and month of a job's disk (general purpose SSD) in us-east-1, from the same lists; a
# published bill of another region has the two kinds in the same proportion. AWS reckons a month as
# 730 hours (https://aws.amazon.com/calculator/calculator-assumptions/).
STORAGE_PRICES: Mapping[str, Decimal] = MappingProxyType(
    {"Training": Decimal("0.14"), "Processing": Decimal("0.10")}
)
HOURS_A_MONTH = 730


def listed_as(kind: str) -> str:
    """The kind that prices and bills know a step's job by: a search's trials are training jobs."""
    return "Processing" if kind == "Processing" else "Training"


def hourly_price(instance_type: str) -> Decimal:
    """USD per instance and hour; raises Invalid for a type the table does not hold."""
    try:
        return PRICES[instance_type]
    except KeyError:
        raise Invalid(
            f"Instance type {instance_type!r} has no price: "
            f"add it to PRICES or use one of {', '.join(PRICES)}."
        ) from None
