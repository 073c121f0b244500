"""How the costs table is read: who is billed is told as it is now, not as an index has it."""

from datetime import date

from backend.aws.cost_table import CostTable
from tests.unit.aws.replayed import replayed


def test_one_owners_months_are_read_from_the_table_itself_and_as_they_are_now():
    replay = replayed({"Items": []})
    found = CostTable(replay.session).of("acme", date(2026, 5, 1), date(2026, 6, 1))
    assert list(found) == []
    [asked] = replay.asked
    assert asked["ConsistentRead"] is True
    assert "IndexName" not in asked
