"""What a tier allows."""

import pytest

from backend.domain.errors import Invalid
from backend.domain.tier import GIB, MIB, TIERS

BASIC, STANDARD, PREMIUM = TIERS


def test_a_larger_file_gets_a_larger_instance():
    assert STANDARD.instance_type_for(100 * MIB) == "ml.m5.large"
    assert STANDARD.instance_type_for(100 * MIB + 1) == "ml.m5.xlarge"


def test_a_file_over_the_tiers_limit_is_refused_with_both_sizes():
    with pytest.raises(Invalid, match=r"101 MiB; tier 'basic' takes up to 100 MiB"):
        BASIC.instance_type_for(101 * MIB)


def test_no_tier_takes_more_than_s3_copies_in_one_request():
    assert all(tier.max_upload_bytes <= 5 * GIB for tier in TIERS)


def test_together_the_tiers_stay_below_sagemakers_twenty_executions():
    assert sum(tier.max_concurrent_builds for tier in TIERS) <= 20
