"""Responsible for where every page is: its file, its address, whose it is."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from backend.domain.principal import Role

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "portal" / "static"
SIGN_IN = ROOT / "pages" / "sign_in.py"


@dataclass(frozen=True, slots=True)
class Place:
    """A page's file under pages/; one without an icon is reached from another page only."""

    file: str
    title: str
    icon: str = ""

    @property
    def address(self) -> str:
        return Path(self.file).stem

    def page(self) -> Page:
        """Streamlit's page; pages made from one place are the same page."""
        return st.Page(
            ROOT / "pages" / self.file,
            title=self.title,
            icon=self.icon,
            url_path=self.address,
            visibility="visible" if self.icon else "hidden",
        )


HOME = Place("tenant/home.py", "Home", ":material/home:")
UPLOAD = Place("tenant/upload.py", "Upload", ":material/upload:")
BUILDS = Place("tenant/builds.py", "Builds", ":material/build:")
BUILD = Place("tenant/build.py", "Build")
MODELS = Place("tenant/models.py", "Models", ":material/deployed_code:")
USAGE = Place("tenant/usage.py", "Usage", ":material/speed:")
BILLS = Place("tenant/bills.py", "Invoices", ":material/receipt_long:")
TENANTS = Place("provider/tenants.py", "Tenants", ":material/groups:")
TENANT = Place("provider/tenant.py", "Tenant")
ONBOARD = Place("provider/onboard.py", "Onboard a tenant")
QUEUES = Place("provider/queues.py", "Queues", ":material/stacks:")
DEAD_LETTERS = Place("provider/dead_letters.py", "Dead letters")
TIERS = Place("provider/tiers.py", "Tiers", ":material/tune:")
COSTS = Place("provider/costs.py", "Costs", ":material/payments:")
INVOICES = Place("provider/invoices.py", "Invoices", ":material/receipt_long:")
INVOICE = Place("provider/invoice.py", "Invoice")
PLANS = Place("provider/plans.py", "Plans", ":material/sell:")
METER = Place("provider/meter.py", "Bill and meter", ":material/speed:")
TENANT_COSTS = Place("provider/tenant_costs.py", "A tenant's costs")

OF: dict[Role, tuple[Place, ...]] = {
    Role.TENANT: (HOME, UPLOAD, BUILDS, BUILD, MODELS, USAGE, BILLS),
    Role.PROVIDER: (
        TENANTS,
        TENANT,
        ONBOARD,
        QUEUES,
        DEAD_LETTERS,
        TIERS,
        COSTS,
        METER,
        TENANT_COSTS,
        INVOICES,
        INVOICE,
        PLANS,
    ),
}
EVERYWHERE = tuple(place for places in OF.values() for place in places)


def go(place: Place, **query: str) -> None:
    """Leaves for another page, the query in its address.

    Streamlit refuses names that widgets of the page left behind are bound to.
    """
    st.switch_page(place.page(), query_params=query)
