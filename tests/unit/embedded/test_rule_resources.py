"""Which rule an EventBridge request is about."""

from typing import Any

import pytest

from backend.embedded.access.rule_resources import resource_of

RULES = "arn:aws:events:us-east-1:123456789012:rule"


@pytest.mark.parametrize(
    ("operation", "request_", "arn"),
    [
        ("PutRule", {"Name": "uploads"}, f"{RULES}/uploads"),
        ("PutTargets", {"Rule": "uploads", "Targets": []}, f"{RULES}/uploads"),
        ("RemoveTargets", {"Rule": "r", "EventBusName": "default"}, f"{RULES}/r"),
        ("DeleteRule", {"Name": "r", "EventBusName": "own"}, f"{RULES}/own/r"),
        ("TagResource", {"ResourceARN": f"{RULES}/r", "Tags": []}, f"{RULES}/r"),
        ("PutRule", {"Name": "mine", "Rule": "other"}, f"{RULES}/mine"),
        ("PutEvents", {"Entries": []}, None),
        ("ListRules", {"NamePrefix": "up"}, None),
    ],
)
def test_a_request_is_about_the_rule_it_names(
    operation: str, request_: dict[str, Any], arn: str | None
):
    assert resource_of(operation, request_, "us-east-1", "123456789012") == arn
