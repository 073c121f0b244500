"""Responsible for bringing a planned step about, and for removing what it has made."""

from backend.aws.buckets import Buckets
from backend.aws.model_groups import ModelGroups
from backend.aws.people import People
from backend.aws.roles import Roles
from backend.aws.rules import Rules
from backend.aws.session import AwsSession
from backend.domain.onboarding import PlannedStep, StepKind
from backend.domain.removal import Removal


class TenantResources:
    """Every step may be repeated: what is there is set as planned, what is gone stays gone."""

    def __init__(self, session: AwsSession, people: People) -> None:
        self._people = people
        self._makers: dict[StepKind, Buckets | Roles | ModelGroups | Rules] = {
            StepKind.BUCKET: Buckets(session),
            StepKind.ROLE: Roles(session),
            StepKind.MODEL_GROUP: ModelGroups(session),
            StepKind.RULE: Rules(session),
        }

    def bring(self, step: PlannedStep) -> str | None:
        """Makes the resource or sets it as planned; the temporary password of an invited user."""
        if step.kind is StepKind.USER:
            return self._people.invite(step.name, step.settings)
        self._makers[step.kind].bring(step.name, step.settings)
        return None

    def remove(self, step: PlannedStep, tenant_id: str) -> Removal:
        """Removes the tenant's resource; one that does not carry its tag is left alone."""
        if step.kind is StepKind.USER:
            return self._people.remove_all_of(tenant_id)
        return self._makers[step.kind].remove(step.name, tenant_id)
