"""Responsible for acting as a role, as the SageMaker service does: its trust, its permissions."""

import re
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from ministack.core import iam_evaluator
from ministack.services import iam, sts

from backend.embedded.faults import RoleRefused

SERVICE = "sagemaker.amazonaws.com"
_LASTS_SECONDS = 48 * 3600  # longer than any job
_RENEW_SECONDS = 6 * 3600
_ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)")
# An invocation lasts as long as a Lambda step may, and is never made twice.
_LAMBDA = Config(read_timeout=610, retries={"total_max_attempts": 1}, proxies={})
_OTHERS = Config(
    retries={"mode": "standard", "total_max_attempts": 2},
    s3={"addressing_style": "path"},
    max_pool_connections=32,
    proxies={},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class RoleSession:
    """One role's temporary credentials and the clients made with them."""

    def __init__(self, role_arn: str, account: str, role: str, boto: Any) -> None:
        self.role_arn = role_arn
        self.renew_at = time.time() + _RENEW_SECONDS
        self._account = account
        self._arn = f"arn:aws:sts::{account}:assumed-role/{role}/SageMaker"
        self._key = f"ASIA{secrets.token_hex(8).upper()}"
        self._secret, self._token = secrets.token_hex(20), secrets.token_hex(32)
        self._boto = boto
        self._making = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        sts.register_session(
            self._key,
            {
                "Arn": self._arn,
                "UserId": f"AROA{role[:16].upper()}:SageMaker",
                "SecretAccessKey": self._secret,
                "SessionToken": self._token,
                "Expiration": time.time() + _LASTS_SECONDS,
            },
        )

    def client(self, service: str, region: str) -> Any:
        with self._making:
            made = self._clients.get((service, region))
            if made is None:
                made = self._clients[service, region] = self._boto.client(
                    service,
                    region_name=region,
                    aws_access_key_id=self._key,
                    aws_secret_access_key=self._secret,
                    aws_session_token=self._token,
                    config=_LAMBDA if service == "lambda" else _OTHERS,
                )
            return made

    def require(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Raises RoleRefused unless the role may do this to the resource."""
        principal = iam_evaluator.resolve_principal(self._key, self._account)
        request = iam_evaluator.EvalContext(
            principal_arn=self._arn,
            principal_type="AssumedRole",
            principal_account=self._account,
            action=action,
            resource_arn=resource,
            region="",
            service_context={name.lower(): value for name, value in (context or {}).items()},
            principal_keys=principal.keys,
        )
        verdict = iam_evaluator.evaluate(request, principal.policies, *principal.limits)
        if verdict.decision != "Allow":
            why = (
                "with an explicit deny in an identity-based policy"
                if verdict.decision == "Deny"
                else f"because no identity-based policy allows the {action} action"
            )
            raise RoleRefused(
                f"User: {self._arn} is not authorized to perform: {action} "
                f"on resource: {resource} {why}"
            )


class RoleSessions:
    """Sessions of roles that exist and trust SageMaker; kept and shared until they are renewed."""

    def __init__(self) -> None:
        self._boto: Any = boto3.Session()
        self._lock = threading.Lock()
        self._sessions: dict[str, RoleSession] = {}

    def assume(self, role_arn: str, source_arn: str) -> RoleSession:
        """Raises RoleRefused when the role is missing or trusts others only.

        `source_arn` is the execution or job on whose account SageMaker acts.
        """
        found = _ROLE.fullmatch(role_arn)
        role = iam._roles.get_scoped(found[1], None, found[2]) if found else None
        if found is None or role is None or not _trusts(role, role_arn, source_arn):
            raise RoleRefused(
                f"Could not assume role {role_arn}. Please ensure that the role exists and "
                f"allows principal '{SERVICE}' to assume the role."
            )
        with self._lock:
            session = self._sessions.get(role_arn)
            if session is None or session.renew_at < time.time():
                session = RoleSession(role_arn, found[1], found[2], self._boto)
                self._sessions[role_arn] = session
            return session


def _trusts(role: Mapping[str, Any], role_arn: str, source_arn: str) -> bool:
    account = source_arn.split(":")[4]
    request = iam_evaluator.EvalContext(
        principal_arn=SERVICE,
        principal_type="Service",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region="",
        service_context={"aws:sourceaccount": account, "aws:sourcearn": source_arn},
    )
    policy = role["AssumeRolePolicyDocument"]
    verdict = iam_evaluator.evaluate_resource_policy(policy, request, service=SERVICE)
    return bool(role["Arn"] == role_arn and verdict.decision == "Allow")
