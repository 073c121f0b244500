"""Responsible for people's accounts at Cognito: inviting, finding and removing them."""

import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from backend.aws.session import AwsSession
from backend.aws.stacks import Stacks
from backend.aws.translate import translated
from backend.domain import naming
from backend.domain.errors import AlreadyExists, Conflict, NotFound
from backend.domain.onboarding import StepKind
from backend.domain.removal import Outcome, Removal

_PASSWORD_LENGTH = 16
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+-=?@_")
_NEVER_SIGNED_IN = "FORCE_CHANGE_PASSWORD"


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account; a provider's people have no tenant."""

    user_name: str
    email: str
    tenant_id: str
    status: str


class People:
    def __init__(self, session: AwsSession) -> None:
        self._session = session

    @property
    def _cognito(self) -> Any:
        return self._session.client("cognito-idp")

    @cached_property
    def _pool(self) -> str:
        return Stacks(self._session).outputs(naming.STACK)["PoolId"]

    def find(self, email: str) -> Account | None:
        """The account that signs in with this address."""
        try:
            with translated(UserNotFoundException=NotFound):
                user = self._cognito.admin_get_user(UserPoolId=self._pool, Username=email)
        except NotFound:
            return None
        return _account(user, user["UserAttributes"])

    def invite(self, email: str, settings: Mapping[str, Any]) -> str | None:
        """Makes the account and returns its temporary password, which Cognito mails as well.

        None for a person of the same tenant who has signed in before. One who never has is invited
        anew: the first password may have been lost. AlreadyExists for anybody else's address.
        """
        known = self.find(email)
        if known is not None:
            if known.tenant_id != settings["UserAttributes"][naming.TENANT_CLAIM]:
                raise AlreadyExists(_taken(email))
            if known.status != _NEVER_SIGNED_IN:
                return None
            self._delete(known)
        return self._create(email, settings)

    def remove_all_of(self, tenant_id: str) -> Removal:
        """Removes every account of the tenant, not only the first user's."""
        accounts = [account for account in self._all() if account.tenant_id == tenant_id]
        for account in accounts:
            self._delete(account)
        outcome = Outcome.REMOVED if accounts else Outcome.ABSENT
        names = ", ".join(account.email for account in accounts)
        return Removal(StepKind.USER, f"accounts of {tenant_id}", outcome, names)

    def add_provider(self, email: str) -> str:
        """Makes an account of the provider's own people; returns its temporary password."""
        attributes = {"email": email, "email_verified": "true"}
        settings = {"UserAttributes": attributes, "DesiredDeliveryMediums": ["EMAIL"]}
        password = self._create(email, settings)
        self._cognito.admin_add_user_to_group(
            UserPoolId=self._pool, Username=email, GroupName=naming.PROVIDERS_GROUP
        )
        return password

    def set_password(self, email: str, password: str) -> None:
        """Gives an account a password that need not be changed; Conflict for too weak a one."""
        with translated(UserNotFoundException=NotFound, InvalidPasswordException=Conflict):
            self._cognito.admin_set_user_password(
                UserPoolId=self._pool, Username=email, Password=password, Permanent=True
            )

    def _create(self, email: str, settings: Mapping[str, Any]) -> str:
        password = _password()
        with translated(_taken(email), UsernameExistsException=AlreadyExists):
            self._cognito.admin_create_user(
                UserPoolId=self._pool,
                Username=email,
                TemporaryPassword=password,
                UserAttributes=_listed(settings["UserAttributes"]),
                DesiredDeliveryMediums=settings["DesiredDeliveryMediums"],
            )
        return password

    def _all(self) -> Iterator[Account]:
        """Cognito cannot search by an attribute of ours."""
        for page in self._cognito.get_paginator("list_users").paginate(UserPoolId=self._pool):
            for user in page["Users"]:
                yield _account(user, user["Attributes"])

    def _delete(self, account: Account) -> None:
        self._cognito.admin_delete_user(UserPoolId=self._pool, Username=account.user_name)


def _taken(email: str) -> str:
    return f"{email} signs in already: give another address."


def _account(user: Mapping[str, Any], attributes: list[dict[str, str]]) -> Account:
    named = {attribute["Name"]: attribute["Value"] for attribute in attributes}
    return Account(
        user_name=user["Username"],
        email=named.get("email", ""),
        tenant_id=named.get(naming.TENANT_CLAIM, ""),
        status=user["UserStatus"],
    )


def _listed(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def _password() -> str:
    """Random, with every kind of character the pool's policy asks for."""
    certain = [secrets.choice(kind) for kind in _KINDS]
    rest = [secrets.choice("".join(_KINDS)) for _ in range(_PASSWORD_LENGTH - len(certain))]
    characters = certain + rest
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
