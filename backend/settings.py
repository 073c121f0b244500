"""Responsible for what the environment decides; nobody else reads it."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from backend.domain.cost_sync import REQUESTS_A_DAY

DEFAULT_PORTAL_URL = "http://localhost:8501"
DEFAULT_PROVIDER_NAME = "MLaaS Portal"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the portal is served, how it signs cookies and whose name invoices carry.

    AWS's own settings come from boto3's chain.
    """

    portal_url: str
    cookie_secret: str
    cost_requests_a_day: int = REQUESTS_A_DAY
    provider_name: str = DEFAULT_PROVIDER_NAME

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """PORTAL_URL, PORTAL_COOKIE_SECRET, COST_REQUESTS_A_DAY and PROVIDER_NAME.

        Without a secret a new one ends all sign-ins.
        """
        return cls(
            portal_url=environment.get("PORTAL_URL", DEFAULT_PORTAL_URL).rstrip("/"),
            cookie_secret=environment.get("PORTAL_COOKIE_SECRET") or secrets.token_hex(32),
            cost_requests_a_day=int(environment.get("COST_REQUESTS_A_DAY", REQUESTS_A_DAY)),
            provider_name=environment.get("PROVIDER_NAME") or DEFAULT_PROVIDER_NAME,
        )
