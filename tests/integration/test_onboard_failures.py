"""Onboarding that fails half-way: the reason is kept, it is resumed, or nothing of it is left."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from backend import onboard, tenants
from backend.context import Context
from backend.domain import naming
from backend.domain.errors import AlreadyExists, BackendError, DeploymentFailed, NotFound
from backend.domain.onboarding import Plan, PlannedStep, StepKind, plan_of
from backend.domain.removal import Outcome
from backend.domain.tenant import TenantStatus
from tests.integration.estate import PAT, estate, without
from tests.integration.test_onboard import NOW, tags_of, wanted

# The portal's right, and the step that fails without it.
RIGHTS = [
    ("SetBuckets", "Bucket mlaas-tenant-"),
    ("KeepRoles", "Role mlaas-tenant-"),
    ("KeepModelGroups", "Model group mlaas-"),
    ("KeepRules", "Rule mlaas-upload-"),
]
STEPS = 7


def planned(portal: Context, tenant_id: str) -> Plan:
    return onboard.plan(
        portal,
        PAT,
        tenant_id=tenant_id,
        name=tenant_id.title(),
        tier="standard",
        email=f"first@{tenant_id}.example",
    )


class Interrupted(Exception):
    """The process ends here, as far as onboarding can tell."""


class InterruptedAt:
    """Progress that lets `steps` steps pass and then ends the process."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def __call__(self, step: PlannedStep) -> None:
        self.left -= 1
        if self.left == 0:
            raise Interrupted(step.name)


@pytest.mark.parametrize(("sid", "step"), RIGHTS)
def test_a_refused_step_is_told_kept_and_rolled_back_without_a_trace(
    admin: Context, portal: Context, sid: str, step: str
):
    before = estate(admin)
    tenant_id = f"fails-{sid.lower()}"[:20]
    plan = planned(portal, tenant_id)
    with (
        without(admin, naming.PORTAL_ROLE, "onboarding", sid),
        pytest.raises(DeploymentFailed, match=f"^{step}.*not authorized.*roll it back"),
    ):
        onboard.carry_out(portal, PAT, plan, now=NOW)
    tenant = tenants.tenant(portal, PAT, tenant_id)
    assert tenant.status is TenantStatus.ONBOARDING
    assert tenant.failure is not None
    assert tenant.failure.startswith(step)
    onboard.roll_back(portal, PAT, tenant_id)
    assert estate(admin) == before


@pytest.mark.parametrize(("sid", "step"), RIGHTS)
def test_a_refused_step_is_resumed_once_the_right_is_back(
    admin: Context, portal: Context, sid: str, step: str
):
    tenant_id = f"mended-{sid.lower()}"[:20]
    plan = planned(portal, tenant_id)
    with (
        without(admin, naming.PORTAL_ROLE, "onboarding", sid),
        pytest.raises(DeploymentFailed),
    ):
        onboard.carry_out(portal, PAT, plan, now=NOW)
    done = onboard.resume(portal, PAT, tenant_id)
    assert (done.tenant.status, done.tenant.failure) == (TenantStatus.ACTIVE, None)
    assert done.tenant.created_at == NOW
    assert done.temporary_password
    tags = tags_of(admin, done.tenant)
    assert all(tag == wanted(tenant_id, "standard") for tag in tags.values())


@pytest.mark.parametrize("steps", range(1, STEPS + 1))
def test_interrupted_anywhere_it_can_be_resumed(portal: Context, steps: int):
    tenant_id = f"resumed-{steps}"
    with pytest.raises(Interrupted):
        onboard.carry_out(
            portal, PAT, planned(portal, tenant_id), now=NOW, progress=InterruptedAt(steps)
        )
    told: list[str] = []
    done = onboard.resume(portal, PAT, tenant_id, progress=lambda step: told.append(step.kind))
    assert done.tenant.status is TenantStatus.ACTIVE
    assert len(told) == STEPS
    # A password that got lost with the interruption is replaced.
    assert done.temporary_password


@pytest.mark.parametrize("steps", range(1, STEPS + 1))
def test_interrupted_anywhere_it_can_be_rolled_back_without_a_trace(
    admin: Context, portal: Context, steps: int
):
    before = estate(admin)
    tenant_id = f"undone-{steps}"
    with pytest.raises(Interrupted):
        onboard.carry_out(
            portal, PAT, planned(portal, tenant_id), now=NOW, progress=InterruptedAt(steps)
        )
    removals = onboard.roll_back(portal, PAT, tenant_id)
    removed = [one for one in removals if one.outcome is Outcome.REMOVED]
    assert len(removed) == steps - 1
    assert estate(admin) == before
    with pytest.raises(NotFound, match=tenant_id):
        onboard.roll_back(portal, PAT, tenant_id)


def test_a_roll_back_that_fails_half_way_can_be_repeated(admin: Context, portal: Context):
    before = estate(admin)
    with pytest.raises(Interrupted):
        onboard.carry_out(
            portal, PAT, planned(portal, "twice-undone"), now=NOW, progress=InterruptedAt(STEPS)
        )
    with (
        without(admin, naming.PORTAL_ROLE, "onboarding", "KeepRoles"),
        pytest.raises(DeploymentFailed, match="not authorized"),
    ):
        onboard.roll_back(portal, PAT, "twice-undone")
    assert tenants.tenant(portal, PAT, "twice-undone").status is TenantStatus.ONBOARDING
    removals = onboard.roll_back(portal, PAT, "twice-undone")
    outcomes = {one.kind: one.outcome for one in removals}
    assert outcomes[StepKind.USER] is Outcome.ABSENT
    assert outcomes[StepKind.ROLE] is Outcome.REMOVED
    assert estate(admin) == before


def make_bucket(admin: Context, tenant_id: str) -> None:
    name = naming.bucket_of(tenant_id, admin.session.account)
    admin.session.client("s3").create_bucket(Bucket=name)


def make_role(admin: Context, tenant_id: str) -> None:
    admin.session.client("iam").create_role(
        RoleName=naming.execution_role_of(tenant_id),
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}),
    )


def make_rule(admin: Context, tenant_id: str) -> None:
    admin.session.client("events").put_rule(
        Name=naming.rule_of(tenant_id), EventPattern='{"source": ["somebody"]}'
    )


def make_group(admin: Context, tenant_id: str) -> None:
    admin.session.client("sagemaker").create_model_package_group(
        ModelPackageGroupName=naming.model_group_of(tenant_id)
    )


@pytest.mark.parametrize("make", [make_bucket, make_role, make_rule, make_group])
def test_what_somebody_else_has_made_is_neither_taken_over_nor_removed(
    admin: Context, portal: Context, make: Callable[[Context, str], None]
):
    tenant_id = make.__name__.replace("_", "-")
    make(admin, tenant_id)
    before = estate(admin)
    with pytest.raises(AlreadyExists, match="onboarding has not made it"):
        onboard.carry_out(portal, PAT, planned(portal, tenant_id), now=NOW)
    removals = onboard.roll_back(portal, PAT, tenant_id)
    assert [one.outcome for one in removals].count(Outcome.FOREIGN) == 1
    assert estate(admin) == before


def test_an_address_taken_meanwhile_stops_at_the_user(admin: Context, portal: Context):
    before = estate(admin)
    plan = planned(portal, "late-user")
    rival = replace(plan.tenant, tenant_id="rival")
    step = plan_of(rival, portal.site).steps[-1]
    portal.resources.bring(step)
    with pytest.raises(AlreadyExists, match=r"first@late-user\.example signs in already"):
        onboard.carry_out(portal, PAT, plan, now=NOW)
    onboard.roll_back(portal, PAT, "late-user")
    assert portal.people.find(plan.tenant.first_user) is not None
    portal.resources.remove(step, "rival")
    assert estate(admin) == before


def test_a_person_who_has_signed_in_keeps_the_account_when_onboarding_is_resumed(
    admin: Context, portal: Context
):
    with pytest.raises(Interrupted):
        onboard.carry_out(
            portal, PAT, planned(portal, "signed-in"), now=NOW, progress=InterruptedAt(STEPS)
        )
    admin.people.set_password("first@signed-in.example", "Chosen-by-herself-1")
    before = admin.people.find("first@signed-in.example")
    done = onboard.resume(portal, PAT, "signed-in")
    assert done.temporary_password is None
    assert admin.people.find("first@signed-in.example") == before


def test_an_id_in_onboarding_is_not_given_again(portal: Context):
    with pytest.raises(Interrupted):
        onboard.carry_out(
            portal, PAT, planned(portal, "in-between"), now=NOW, progress=InterruptedAt(2)
        )
    with pytest.raises(BackendError, match="resume its onboarding or roll it back"):
        planned(portal, "in-between")
    onboard.roll_back(portal, PAT, "in-between")
    assert planned(portal, "in-between").tenant.tenant_id == "in-between"
