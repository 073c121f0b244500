"""The portal in process, signed in as anybody, over the embedded cloud."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from backend.context import Context
from backend.domain import naming
from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from tests.portal import ended
from tests.portal.ended import Ended

ROOT = Path(__file__).resolve().parents[2]
PAT = Principal("pat", "Pat Lindqvist", Role.PROVIDER)


def claims(principal: Principal | None, *, age: int = 60) -> dict[str, Any]:
    """What the identity provider vouches for, `age` seconds ago."""
    if principal is None:
        return {"is_logged_in": False}
    whose: dict[str, Any] = {naming.TENANT_CLAIM: principal.tenant_id}
    if principal.role is Role.PROVIDER:
        whose = {"cognito:groups": [naming.PROVIDERS_GROUP]}
    issued = {"iat": int(time.time()) - age}
    person = {"sub": principal.subject, "name": principal.name}
    return {"is_logged_in": True, **person, **issued, **whose}


def mara_of(tenant: Tenant) -> Principal:
    return Principal("mara", "Mara Okafor", Role.TENANT, tenant.tenant_id)


def said(texts: Any) -> str:
    """What a person reads of alerts or text, Markdown's escapes taken away."""
    return " ".join(re.sub(r"\\([^\w\s])", r"\1", text.value) for text in texts)


def labelled(widgets: Any, label: str) -> Any:
    """The widget a person would look for by its label; the first of several."""
    return next(widget for widget in widgets if widget.label == label)


def figures(app: AppTest) -> dict[str, str]:
    """The page's figures by their labels, without what a label adds after a dot."""
    return {metric.label.split(" ·")[0]: metric.value for metric in app.metric}


def press(app: AppTest, table: str, row: int = 0) -> AppTest:
    """The page after a row's name was pressed in a table, which AppTest has no way to do."""
    app.session_state[table] = SimpleNamespace(row=row)
    app.run()
    assert not app.exception, app.exception
    return app


@pytest.fixture(autouse=True)
def as_portal(
    portal: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pages work with the portal's role, as the served portal does, and begin with cold caches."""
    monkeypatch.setattr(Context, "from_environment", lambda: portal)
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def acme(new_tenant: Callable[..., Tenant]) -> Tenant:
    return new_tenant("standard", "acme-portal")


@pytest.fixture(scope="session")
def other(new_tenant: Callable[..., Tenant]) -> Tenant:
    return new_tenant("basic", "other-portal")


@pytest.fixture(scope="session")
def of_months(admin: Context, new_tenant: Callable[..., Tenant]) -> Ended:
    """Builds that ended in the last month and in this one."""
    return ended.builds(admin, new_tenant)


@pytest.fixture
def unsplit(admin: Context) -> Iterator[None]:
    """However a test splits shared cost is forgotten."""
    yield
    admin.session.table(naming.SETTINGS_TABLE).delete_item(Key={"name": "cost-sharing"})


Visit = Callable[..., AppTest]


@pytest.fixture
def visit() -> Visit:
    """Opens a page as somebody: `visit(PAT, "provider/costs.py", days="7 days")`."""

    def opened(principal: Principal | None, page: str | None = None, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "portal" / "app.py"), default_timeout=30)
        app.user = claims(principal)
        app.run()
        if page is not None:
            app.switch_page(f"../pages/{page}")
            app.query_params.update(query)
            app.run()
        assert not app.exception, app.exception
        return app

    return opened
