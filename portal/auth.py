"""Responsible for who is signed in, what they may open, and that signing out means out."""

from datetime import datetime, timedelta

import streamlit as st

from backend.domain.errors import Forbidden
from backend.domain.principal import Principal, Role
from portal import session

# Streamlit's own cookie would last 30 days.
SIGN_IN_LASTS = timedelta(hours=12)


def signed_in() -> Principal | None:
    """The person whose verified claims came with this session; Forbidden for one of neither role.

    None before a sign-in, after signing out anywhere, and once the sign-in has grown old.
    """
    if not st.user.is_logged_in:
        return None
    issued = datetime.fromtimestamp(int(str(st.user["iat"])), tz=session.now().tzinfo)
    if session.now() - issued > SIGN_IN_LASTS or _this_sign_in() in _ended():
        return None
    return Principal.from_claims(st.user.to_dict())


def require(role: Role) -> Principal:
    """Guards a page, whatever the navigation shows; Forbidden for everybody else."""
    principal = signed_in()
    if principal is None:
        raise Forbidden("You are not signed in: reload the page and sign in.")
    if role is Role.PROVIDER:
        return principal.as_provider()
    principal.own_tenant()
    return principal


def sign_out() -> None:
    """Ends the sign-in here and at the identity provider; its cookie is worth nothing after."""
    now = session.now()
    ended = _ended()
    for sign_in in [one for one, at in ended.items() if now - at > SIGN_IN_LASTS]:
        del ended[sign_in]
    ended[_this_sign_in()] = now
    st.logout()


def _this_sign_in() -> str:
    return f"{st.user['sub']} {st.user['iat']}"


@st.cache_resource(show_spinner=False)
def _ended() -> dict[str, datetime]:
    """The cookie is stateless, so the sign-ins ended here are remembered for as long as it lasts.

    Kept in this process: a restart forgets them, and by default renews the cookie's secret too.
    """
    return {}
