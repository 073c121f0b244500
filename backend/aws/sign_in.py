"""Responsible for how people sign in to the portal: its client at Cognito, and where Cognito is."""

from dataclasses import dataclass, field
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.translate import translated
from backend.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class SignInClient:
    """What an OpenID Connect client needs to know."""

    client_id: str
    client_secret: str = field(repr=False)
    metadata_url: str


class SignIn:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def portal(self, *, pool_id: str, client_id: str) -> SignInClient:
        """The portal's client; the metadata are served wherever the service itself is."""
        cognito: Any = self._session.client("cognito-idp")
        sentence = f"User pool {pool_id} or its client {client_id} is gone: deploy again."
        with translated(sentence, ResourceNotFoundException=NotFound):
            described = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)
        return SignInClient(
            client_id=client_id,
            client_secret=described["UserPoolClient"]["ClientSecret"],
            metadata_url=f"{cognito.meta.endpoint_url}/{pool_id}/.well-known/openid-configuration",
        )
