"""Figures of schedules small enough to work out by hand."""

import pytest

from benchmarks.simulated.figures import Served, figures, idle_seconds, jain_index, percentile
from benchmarks.simulated.trace import Arrival


def served(submit_s: float, start_s: float, duration_s: float, tenant: str = "acme") -> Served:
    return Served(Arrival(submit_s, tenant, "basic", duration_s), start_s)


def test_wait_and_slowdown_are_those_of_the_build():
    build = served(10, 40, 60)
    assert build.wait_s == 30
    assert build.end_s == 100
    assert build.slowdown == 1.5


def test_tenants_treated_alike_have_a_jain_index_of_one_however_long_they_wait():
    assert jain_index([served(0, 50, 50, "acme"), served(0, 5, 5, "globex")]) == pytest.approx(1)


def test_one_tenant_that_is_never_served_halves_the_index_of_two():
    assert jain_index([served(0, 0, 1, "acme"), served(0, 1e9, 1, "globex")]) == pytest.approx(0.5)


def test_a_tenant_s_builds_count_together_in_the_index():
    once = [served(0, 0, 60, "acme"), served(0, 60, 60, "globex")]
    assert jain_index(once) == pytest.approx(1.5**2 / (2 * 1.25))


def test_slots_are_idle_only_while_somebody_waits():
    # Two slots: both idle for 5 s while one build waits, one idle for 20 s while another does.
    schedule = [served(0, 5, 100), served(10, 30, 70)]
    assert idle_seconds(schedule, slots=2) == (5 + 20, 2 * 105)


def test_more_slots_than_wait_are_not_idle_for_them():
    assert idle_seconds([served(0, 10, 10)], slots=5) == (10, 5 * 20)


def test_full_slots_are_not_idle():
    schedule = [served(0, 0, 10), served(0, 10, 10)]
    assert idle_seconds(schedule, slots=1) == (0, 20)


def test_the_quiet_tenants_percentile_leaves_the_noisy_one_out():
    schedule = [served(0, 0, 10, "quiet"), served(0, 10, 10, "noisy")]
    found = figures(schedule, slots=1, quiet={"quiet"})
    assert found["quiet_p95_s"] == 0
    assert found["mean_wait_s"] == 5
    assert found["mean_slowdown"] == 1.5
    assert found["p95_wait_s_by_tier"] == {"basic": 9.5}


def test_no_builds_have_no_percentile():
    assert percentile([], 95) is None
