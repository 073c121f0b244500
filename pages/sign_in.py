"""Responsible for the door: what this is, and the way to the identity provider."""

import streamlit as st

from portal import places

with st.container(horizontal_alignment="center"):
    st.space("large")
    with st.container(border=True, width=440, gap="medium"):
        st.image(places.STATIC / "logo.svg", width=190, alt="MLaaS Portal")
        st.markdown("#### Models built on your own data")
        st.markdown(
            "Upload a file, follow the build step by step, and approve the model that comes out "
            "of it. Your data stays in your own bucket."
        )
        st.button(
            "Sign in",
            type="primary",
            icon=":material/login:",
            width="stretch",
            on_click=st.login,
        )
        st.caption("No account yet? Your provider opens one for you.")
