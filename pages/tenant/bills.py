"""Responsible for the tenant's own invoices, issued ones and what the open month comes to."""

import streamlit as st

from backend.domain.principal import Role
from portal import auth, invoice_card

me = auth.require(Role.TENANT)
st.title("Invoices")
invoice_card.own(me)
