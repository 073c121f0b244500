"""Responsible for what a build's jobs cost by the meter: seconds x instances x hourly price."""

from collections.abc import Iterable
from decimal import Decimal

from backend.domain.build import BuildStep
from backend.domain.prices import hourly_price

_SECONDS_AN_HOUR = Decimal(3600)


def metered_cost(steps: Iterable[BuildStep]) -> Decimal:
    """US dollars before tax and discounts, unrounded; raises Invalid for an unpriced instance.

    SageMaker bills training and processing jobs by the second and instance
    (https://aws.amazon.com/sagemaker/pricing/).
    """
    return sum(
        (
            Decimal(step.billable_seconds * step.instance_count)
            * hourly_price(step.instance_type)
            / _SECONDS_AN_HOUR
            for step in steps
            if step.billable_seconds
        ),
        Decimal(0),
    )
