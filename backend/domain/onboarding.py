"""Responsible for the plan of a tenant: every resource that is made for it, and how each is set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.domain import naming, tenant_settings
from backend.domain.new_tenant import NewTenant
from backend.domain.site import Site


class StepKind(StrEnum):
    REGISTRY_ROW = "Registry row"
    BUCKET = "Bucket"
    ROLE = "Role"
    MODEL_GROUP = "Model group"
    RULE = "Rule"
    USER = "User"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One resource, and its settings as JSON in the words of the AWS call that takes them."""

    kind: StepKind
    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in the order of their making; undone from the last to the first."""

    tenant: NewTenant
    site: Site
    steps: tuple[PlannedStep, ...]

    @property
    def registration(self) -> PlannedStep:
        """The step that makes the tenant known; the others are made for a known tenant."""
        return self.steps[0]

    @property
    def made_in_aws(self) -> tuple[PlannedStep, ...]:
        return self.steps[1:]

    def as_text(self) -> str:
        """The whole plan for a person to read, policies included."""
        tenant = self.tenant
        lines = [f"Plan for {tenant.name} ({tenant.tenant_id}), tier {tenant.tier}"]
        for number, step in enumerate(self.steps, start=1):
            settings = json.dumps(step.settings, indent=2, ensure_ascii=False)
            indented = [f"   {line}" for line in settings.splitlines()]
            lines += ["", f"{number}. {step.kind}: {step.name}", *indented]
        return "\n".join(lines) + "\n"


def plan_of(new: NewTenant, site: Site) -> Plan:
    """Everything a tenant is made of; the same tenant and site give the same plan."""
    tenant_id, account = new.tenant_id, site.account
    return Plan(
        new,
        site,
        (
            PlannedStep(
                StepKind.REGISTRY_ROW,
                f"{naming.TENANTS_TABLE}/{tenant_id}",
                {"tenant_id": tenant_id, "name": new.name, "tier": new.tier},
            ),
            PlannedStep(
                StepKind.BUCKET,
                naming.bucket_of(tenant_id, account),
                tenant_settings.bucket(new, site),
            ),
            PlannedStep(
                StepKind.ROLE,
                naming.access_role_of(tenant_id),
                tenant_settings.access_role(new, site),
            ),
            PlannedStep(
                StepKind.ROLE,
                naming.execution_role_of(tenant_id),
                tenant_settings.execution_role(new, site),
            ),
            PlannedStep(
                StepKind.MODEL_GROUP,
                naming.model_group_of(tenant_id),
                tenant_settings.model_group(new),
            ),
            PlannedStep(StepKind.RULE, naming.rule_of(tenant_id), tenant_settings.rule(new, site)),
            PlannedStep(StepKind.USER, new.first_user, tenant_settings.user(new)),
        ),
    )
