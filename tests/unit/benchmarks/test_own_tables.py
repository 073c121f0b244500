"""A benchmark's tables are the template's."""

from backend.domain import naming
from benchmarks.own_tables import tables


def test_every_table_of_the_template_is_made_with_its_keys_and_indexes():
    made = {table["TableName"]: table for table in tables()}
    used = {naming.TENANTS_TABLE, naming.BUILDS_TABLE, naming.SLOTS_TABLE, naming.TIERS_TABLE}
    assert used <= made.keys()
    builds = made[naming.BUILDS_TABLE]
    assert [key["AttributeName"] for key in builds["KeySchema"]] == ["tenant_id", "build_id"]
    assert naming.WAITING_INDEX in {
        index["IndexName"] for index in builds["GlobalSecondaryIndexes"]
    }


def test_nothing_is_asked_for_that_keeps_a_table_from_being_made():
    assert all("DeletionProtectionEnabled" not in table for table in tables())
