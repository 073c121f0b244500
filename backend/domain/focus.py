"""Responsible for cost in the columns of FOCUS 1.0, the FinOps Open Cost and Usage Specification.

https://focus.finops.org/focus-specification/v1-0/. What Cost Explorer's daily groups do not tell,
such as SKUs and quantities, is left empty, which the specification calls null.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from backend.domain import naming
from backend.domain.cost import SAGEMAKER, CostRecord
from backend.domain.month import first_of_month

COLUMNS = (
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "Tags",
)
_AWS = "AWS"
_TAX = "Tax"
# The specification's own categories, by the beginning of AWS's names of services.
_CATEGORIES = {
    SAGEMAKER: "AI and Machine Learning",
    "Amazon Simple Storage": "Storage",
    "Amazon DynamoDB": "Databases",
    "AWS Lambda": "Compute",
    "AmazonCloudWatch": "Management and Governance",
    "AWS Key Management": "Security",
    "Amazon Simple Queue": "Integration",
    "CloudWatch Events": "Integration",
    "Amazon Cognito": "Identity",
    "EC2 Container Registry": "Compute",
    "AWS Cost Explorer": "Management and Governance",
}


def focus_rows(records: Iterable[CostRecord], *, account: str) -> Iterator[dict[str, str]]:
    """One row a record with cost, in the order of COLUMNS, amounts with every digit.

    Credits are charges below zero. Contracted and list cost are given as billed: Cost Explorer
    tells no others.
    """
    for record in records:
        told = _told(record, account)
        yield {column: told.get(column, "") for column in COLUMNS}


def _told(record: CostRecord, account: str) -> dict[str, str]:
    first = record.day.replace(day=1)
    billed = f"{record.amount:f}"
    return {
        "BilledCost": billed,
        "BillingAccountId": account,
        "BillingCurrency": "USD",
        "BillingPeriodStart": _moment(first),
        "BillingPeriodEnd": _moment(first_of_month(first, -1)),
        "ChargeCategory": _category(record),
        "ChargeDescription": f"{record.service}, {_whose(record)}",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": _moment(record.day),
        "ChargePeriodEnd": _moment(record.day + timedelta(days=1)),
        "ContractedCost": billed,
        "EffectiveCost": f"{record.amortized:f}",
        "InvoiceIssuerName": _AWS,
        "ListCost": billed,
        "ProviderName": _AWS,
        "PublisherName": _AWS,
        "ServiceCategory": _service_category(record.service),
        "ServiceName": record.service,
        "SubAccountId": account,
        "Tags": json.dumps(_tags(record), sort_keys=True),
    }


def _category(record: CostRecord) -> str:
    if record.service == _TAX:
        return "Tax"
    return "Credit" if record.amount < 0 else "Usage"


def _whose(record: CostRecord) -> str:
    if record.tenant_id is not None:
        return f"tenant {record.tenant_id}"
    return "shared by all tenants" if record.shared else "unallocated"


def _tags(record: CostRecord) -> dict[str, str]:
    if record.tenant_id is not None:
        return {naming.TENANT_TAG: record.tenant_id}
    return {naming.PROJECT_TAG: naming.PROJECT} if record.shared else {}


def _service_category(service: str) -> str:
    return next(
        (category for name, category in _CATEGORIES.items() if service.startswith(name)), "Other"
    )


def _moment(day: date) -> str:
    """ISO 8601 in UTC, as the specification wants times."""
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
