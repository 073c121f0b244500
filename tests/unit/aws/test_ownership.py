"""Whose a resource is, told by its tags."""

import pytest

from backend.aws.ownership import expect_same_owner, is_owned, listed, tags_of
from backend.domain.errors import AlreadyExists

ACME = {"tenant-id": "acme", "tier": "basic", "project": "mlaas"}


def test_a_resource_with_the_tenants_tag_is_the_tenants_whatever_its_tier():
    found = {**ACME, "tier": "premium"}
    expect_same_owner("Bucket b", found, ACME)
    assert is_owned(found, "acme")


@pytest.mark.parametrize("found", [{}, {"project": "mlaas"}, {**ACME, "tenant-id": "acme-2"}])
def test_any_other_is_left_alone(found: dict[str, str]):
    assert not is_owned(found, "acme")
    with pytest.raises(AlreadyExists, match=r"^Bucket b exists"):
        expect_same_owner("Bucket b", found, ACME)


def test_tags_survive_the_list_form():
    assert tags_of(listed(ACME)) == ACME
