"""Responsible for where tenants live: the account and region, and the portal they come through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    account: str
    region: str
    portal_url: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"
