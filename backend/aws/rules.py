"""Responsible for tenants' EventBridge rules: from an upload to the tier's queue."""

import json
from collections.abc import Mapping
from typing import Any

from backend.aws.ownership import expect_same_owner, is_owned, listed, tags_of
from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain.errors import Conflict, NotFound
from backend.domain.onboarding import StepKind
from backend.domain.removal import Outcome, Removal


class Rules:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _events(self) -> Any:
        return self._session.client("events")

    def bring(self, name: str, settings: Mapping[str, Any]) -> None:
        """Makes the rule or sets it as given; AlreadyExists for somebody else's."""
        tags = settings["Tags"]
        found = self._tags(name)
        rule = {
            "Name": name,
            "Description": settings["Description"],
            "State": settings["State"],
            "EventPattern": json.dumps(settings["EventPattern"]),
        }
        if found is None:
            self._events.put_rule(**rule, Tags=listed(tags))
        else:
            expect_same_owner(f"Rule {name}", found, tags)
            self._events.put_rule(**rule)
            # PutRule leaves a known rule's tags as they are.
            self._events.tag_resource(ResourceARN=self._arn(name), Tags=listed(tags))
        answer = self._events.put_targets(Rule=name, Targets=settings["Targets"])
        for entry in answer["FailedEntries"]:
            raise Conflict(
                f"Rule {name} has not taken its target: {entry['ErrorCode']}: "
                f"{entry['ErrorMessage']}"
            )

    def remove(self, name: str, tenant_id: str) -> Removal:
        found = self._tags(name)
        if found is None:
            return Removal(StepKind.RULE, name, Outcome.ABSENT)
        if not is_owned(found, tenant_id):
            return Removal(StepKind.RULE, name, Outcome.FOREIGN)
        targets = self._events.list_targets_by_rule(Rule=name)["Targets"]
        if targets:
            self._events.remove_targets(Rule=name, Ids=[target["Id"] for target in targets])
        self._events.delete_rule(Name=name)
        return Removal(StepKind.RULE, name, Outcome.REMOVED)

    def _tags(self, name: str) -> dict[str, str] | None:
        """The rule's tags; None when there is no such rule."""
        try:
            with translated(ResourceNotFoundException=NotFound):
                return tags_of(
                    self._events.list_tags_for_resource(ResourceARN=self._arn(name))["Tags"]
                )
        except NotFound:
            return None

    def _arn(self, name: str) -> str:
        session = self._session
        return f"arn:aws:events:{session.region}:{session.account}:rule/{name}"
