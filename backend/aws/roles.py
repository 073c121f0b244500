"""Responsible for tenants' roles: what each may do and who may act as it."""

import json
from collections.abc import Mapping
from typing import Any

from backend.aws.ownership import expect_same_owner, is_owned, listed, tags_of
from backend.aws.session import AwsSession
from backend.aws.settling import once_settled
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.errors import NotFound, Unavailable
from backend.domain.onboarding import StepKind
from backend.domain.removal import Outcome, Removal

_POLICY = "tenant"


class Roles:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _iam(self) -> Any:
        return self._session.client("iam")

    def bring(self, name: str, settings: Mapping[str, Any]) -> None:
        """Makes the role or sets it as given; AlreadyExists for somebody else's."""
        trust = json.dumps(settings["AssumeRolePolicyDocument"])
        tags = settings["Tags"]
        found = self._tags(name)
        if found is None:
            self._create(name, settings, trust)
        else:
            expect_same_owner(f"Role {name}", found, tags)
            self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
            self._iam.tag_role(RoleName=name, Tags=listed(tags))
        policy = json.dumps(settings["PolicyDocument"])
        once_settled(
            lambda: self._iam.put_role_policy(
                RoleName=name, PolicyName=_POLICY, PolicyDocument=policy
            ),
            "NoSuchEntity",
        )

    def remove(self, name: str, tenant_id: str) -> Removal:
        found = self._tags(name)
        if found is None:
            return Removal(StepKind.ROLE, name, Outcome.ABSENT)
        if not is_owned(found, tenant_id):
            return Removal(StepKind.ROLE, name, Outcome.FOREIGN)
        for policy in self._iam.list_role_policies(RoleName=name)["PolicyNames"]:
            self._iam.delete_role_policy(RoleName=name, PolicyName=policy)
        self._iam.delete_role(RoleName=name)
        return Removal(StepKind.ROLE, name, Outcome.REMOVED)

    def await_access(self, role_arn: str, *, external_id: str) -> None:
        """Returns once the portal can act as the role; IAM takes seconds to make one known.

        Asks only when the portal itself is the caller: the role trusts nobody else.
        """
        sts = self._session.client("sts")
        if f":assumed-role/{naming.PORTAL_ROLE}/" not in sts.get_caller_identity()["Arn"]:
            return
        sentence = f"Role {role_arn} cannot be assumed yet: resume in a minute."
        with translated(sentence, AccessDenied=Unavailable):
            once_settled(
                lambda: sts.assume_role(
                    RoleArn=role_arn, RoleSessionName="onboarding", ExternalId=external_id
                ),
                "AccessDenied",
            )

    def _create(self, name: str, settings: Mapping[str, Any], trust: str) -> None:
        # A principal that was made a moment ago is not known everywhere: then the trust policy
        # that names it is called malformed.
        once_settled(
            lambda: self._iam.create_role(
                RoleName=name,
                Description=settings["Description"],
                MaxSessionDuration=settings["MaxSessionDuration"],
                AssumeRolePolicyDocument=trust,
                Tags=listed(settings["Tags"]),
            ),
            "MalformedPolicyDocument",
        )

    def _tags(self, name: str) -> dict[str, str] | None:
        """The role's tags; None when there is no such role."""
        try:
            with translated(NoSuchEntity=NotFound):
                return tags_of(self._iam.get_role(RoleName=name)["Role"].get("Tags", []))
        except NotFound:
            return None
