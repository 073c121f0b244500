"""Responsible for serving the portal: routes, middleware, sign-in settings, start and end."""

import gc
import json
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from backend.context import Context
from backend.domain import naming
from portal import session
from portal.deep_links import DeepLinks
from portal.headers import GuardedAnswers, content_security_policy

LOG = logging.getLogger(__name__)
_METADATA_SECONDS = 10
APP = Path(__file__).with_name("app.py")


def app(context: Context) -> st.App:
    """The portal as an ASGI application, signed in through the deployed stack's user pool."""
    portal_url = context.settings.portal_url
    outputs = context.stacks.outputs(naming.STACK)
    sign_in = context.sign_in.portal(pool_id=outputs["PoolId"], client_id=outputs["PortalClientId"])
    ended = {"client_id": sign_in.client_id, "logout_uri": portal_url}
    sign_out = sign_out_route(f"{_hosted_logout(sign_in.metadata_url)}?{urlencode(ended)}")
    policy = content_security_policy(context.objects.origin)
    return st.App(
        APP,
        secrets={
            "auth": {
                "redirect_uri": f"{portal_url}/oauth2callback",
                "cookie_secret": context.settings.cookie_secret,
                "client_id": sign_in.client_id,
                "client_secret": sign_in.client_secret,
                "server_metadata_url": sign_in.metadata_url,
            }
        },
        routes=[Route("/health", _health), sign_out],
        middleware=[
            Middleware(GuardedAnswers, portal_url=portal_url, policy=policy),
            Middleware(DeepLinks, portal_url=portal_url),
        ],
        lifespan=_lifespan,
        on_script_error=_bug,
    )


def sign_out_route(hosted_logout: str) -> Route:
    """Ends the portal's session and Cognito's own.

    Streamlit's route sends OpenID's `post_logout_redirect_uri`, which Cognito does not know: the
    hosted session would live on and sign the next person at this browser in without a password.
    """

    async def sign_out(request: Request) -> Response:
        answer = RedirectResponse(hosted_logout, status_code=302)
        for name in request.cookies:
            if name.startswith("_streamlit_user"):
                answer.delete_cookie(name, path="/")
        return answer

    return Route("/auth/logout", sign_out, methods=["GET"])


def _hosted_logout(metadata_url: str) -> str:
    # The address comes from the deployed stack and AWS's own endpoint.
    with urlopen(metadata_url, timeout=_METADATA_SECONDS) as answer:  # noqa: S310
        return str(json.load(answer)["end_session_endpoint"])


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Warms what every page needs, then takes it out of the garbage collector's rounds."""
    session.context()
    gc.collect()
    gc.freeze()
    yield {}


def _bug(bug: Exception) -> bool:
    """A bug looks like one, and can be found again; its words are for the log alone."""
    number = secrets.token_hex(4)
    LOG.error("a page broke: %s", number, exc_info=bug)
    st.error(
        f"This page broke: the fault is ours. Tell your provider the number {number}, under which "
        "it stands in the portal's log."
    )
    return True
