"""Responsible for credentials and clients: whose they are, how long they last, how they behave."""

import functools
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from backend.aws.translate import translated
from backend.domain.errors import Forbidden

RENEW_BEFORE = timedelta(minutes=5)
CONFIG = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=65)
# A function that is asked for its answer may work for five minutes; a second question would be a
# second piece of work.
PATIENT_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=310
)
# us-east-1 would still presign with the retired version 2; path style works at any endpoint.
S3_CONFIG = CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "path"}))
# botocore repeats no write that another's transaction on the same row stood in the way of.
_CONFLICT, _CONFLICTS, _CONFLICT_SECONDS = "TransactionConflictException", 8, 0.02


class AwsSession:
    """One identity's clients, made once each and safe to share between threads."""

    def __init__(self, session: boto3.Session | None = None) -> None:
        self._session: Any = session or boto3.Session()
        events: Any = self._session.events
        events.register_first("needs-retry.dynamodb", _once_the_other_is_done)
        self._making = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._tables: dict[str, Any] = {}
        self._assumed: dict[str, tuple[AwsSession, datetime]] = {}

    @property
    def region(self) -> str:
        return str(self._session.region_name)

    @functools.cached_property
    def account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    def client(self, service: str, *, region: str | None = None) -> Any:
        """A service's client in the session's region, or in another for one served in few."""
        config = S3_CONFIG if service == "s3" else CONFIG
        return self._once(
            self._clients,
            f"{service} {region or ''}",
            lambda: self._session.client(service, region_name=region, config=config),
        )

    def patient_client(self, service: str) -> Any:
        """A client that waits for the longest answer of a function, and never asks twice."""
        return self._once(
            self._clients,
            f"{service} patient",
            lambda: self._session.client(service, config=PATIENT_CONFIG),
        )

    def table(self, name: str) -> Any:
        """A DynamoDB table resource; each thread may use it, as it holds no state of its own."""
        return self._once(
            self._tables,
            name,
            lambda: self._session.resource("dynamodb", config=CONFIG).Table(name),
        )

    def assume(
        self,
        role_arn: str,
        *,
        name: str,
        external_id: str | None = None,
        now: datetime | None = None,
    ) -> "AwsSession":
        """A session of the role, renewed shortly before it expires; Forbidden if it is refused."""
        at = now or datetime.now(UTC)
        with self._making:
            session, expires = self._assumed.get(role_arn, (None, at))
            if session is not None and expires - RENEW_BEFORE > at:
                return session
        assumed, expires = self._assume(role_arn, name, external_id)
        with self._making:
            self._assumed[role_arn] = (assumed, expires)
        return assumed

    def _assume(
        self, role_arn: str, name: str, external_id: str | None
    ) -> "tuple[AwsSession, datetime]":
        check = {} if external_id is None else {"ExternalId": external_id}
        with translated(AccessDenied=Forbidden, AccessDeniedException=Forbidden):
            given = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name, **check)[
                "Credentials"
            ]
        session = boto3.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=self.region,
        )
        return AwsSession(session), given["Expiration"]

    def _once(self, made: dict[str, Any], name: str, make: Callable[[], Any]) -> Any:
        with self._making:
            if name not in made:
                made[name] = make()
            return made[name]


def _once_the_other_is_done(response: Any, attempts: int, **_: Any) -> float | None:
    """After how many seconds to send a refused write again, or None to leave that to botocore."""
    if response is None or attempts > _CONFLICTS:
        return None
    code = response[1].get("Error", {}).get("Code")
    if code != _CONFLICT:
        return None
    return random.uniform(0, _CONFLICT_SECONDS * 2**attempts)  # noqa: S311 - chance keeps no secret
