"""Responsible for the frame around every page: who sees which, and refusals as sentences."""

from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import Page

from backend.domain.errors import Forbidden, NotFound
from backend.domain.principal import Principal, Role
from portal import auth, notices, places, session
from portal.refusals import refusals_as_sentences


def frame(principal: Principal | None) -> None:
    """Runs the page asked for, within the pages of the person's role."""
    if principal is None:
        _sign_in_everywhere().run()
        return
    pages = [place.page() for place in places.OF[principal.role]]
    landing = st.Page(
        lambda: _land(pages[0]), title="MLaaS Portal", default=True, visibility="hidden"
    )
    current = st.navigation([landing, *pages, *_not_theirs(principal.role)])
    st.logo(places.STATIC / "logo.svg", size="large", icon_image=places.STATIC / "mark.svg")
    _who_and_where(principal)
    notices.show_pending()
    with refusals_as_sentences():
        current.run()


def _sign_in_everywhere() -> Page:
    """Every address leads to the sign-in page, so that a deep link survives it."""
    elsewhere = [
        st.Page(places.SIGN_IN, title="Sign in", url_path=place.address)
        for place in places.EVERYWHERE
    ]
    here = st.Page(places.SIGN_IN, title="Sign in", default=True)
    return st.navigation([here, *elsewhere], position="hidden")


def _not_theirs(role: Role) -> list[Page]:
    """The other role's addresses, each leading to a refusal instead of Streamlit's own dialog."""
    return [
        st.Page(_refuse, title="Not your page", url_path=place.address, visibility="hidden")
        for place in places.EVERYWHERE
        if place not in places.OF[role]
    ]


def _refuse() -> None:
    raise Forbidden("This page is not one of yours: choose one from the navigation.")


def _land(first: Page) -> None:
    """Streamlit runs the default page for an address it does not know, too."""
    address = urlsplit(st.context.url or "").path.strip("/")
    if not address:
        st.switch_page(first)
    raise NotFound(f"There is no page '{address}': choose one from the navigation.")


def _who_and_where(principal: Principal) -> None:
    cloud = session.context().session
    with st.sidebar:
        st.space("small")
        st.badge(
            f"{cloud.region} · {cloud.account}",
            icon=":material/cloud:",
            color="violet",
            help="The AWS region and account you are working in",
        )
        with st.container(gap=None):
            st.text(principal.name)
            st.caption(principal.tenant_id or "Provider")
        st.button("Sign out", icon=":material/logout:", on_click=auth.sign_out)


st.set_page_config(
    page_title="MLaaS Portal",
    page_icon=str(places.STATIC / "favicon.png"),
    layout="wide",
    menu_items={"About": "MLaaS Portal: models built on each tenant's own data."},
)
with refusals_as_sentences():
    frame(auth.signed_in())
