"""Responsible for what the environment decides; nobody else reads it."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_PORTAL_URL = "http://localhost:8501"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the portal is served and how it signs cookies; AWS's own come from boto3's chain."""

    portal_url: str
    cookie_secret: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """PORTAL_URL and PORTAL_COOKIE_SECRET; without a secret a new one ends all sign-ins."""
        return cls(
            portal_url=environment.get("PORTAL_URL", DEFAULT_PORTAL_URL).rstrip("/"),
            cookie_secret=environment.get("PORTAL_COOKIE_SECRET") or secrets.token_hex(32),
        )
