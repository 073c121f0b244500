"""Who may open what: by the navigation, by the page itself, and by the age of the sign-in."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from backend.domain.principal import Principal, Role
from backend.domain.tenant import Tenant
from portal import places
from tests.portal.conftest import PAT, ROOT, Visit, claims, mara_of, said

PAGES = {role: [place.file for place in places.OF[role]] for role in Role}


def app_for(user: dict[str, Any]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "portal" / "app.py"), default_timeout=30)
    app.user = user
    return app.run()


def _run_alone(file: str) -> None:
    """A page without its frame, so that nothing but its own guard stands before it."""
    import runpy

    from portal.refusals import refusals_as_sentences

    with refusals_as_sentences():
        runpy.run_path(file)


def test_every_page_has_a_place() -> None:
    files = {
        str(path.relative_to(ROOT / "pages"))
        for path in (ROOT / "pages").rglob("*.py")
        if path.name not in ("__init__.py", "sign_in.py")
    }
    assert files == {place.file for place in places.EVERYWHERE}
    addresses = [place.address for place in places.EVERYWHERE]
    assert len(addresses) == len(set(addresses))


def test_no_page_lies_beside_the_entrypoint() -> None:
    # Streamlit would serve such a page without the entrypoint, and so without any guard.
    assert not (ROOT / "portal" / "pages").exists()


def test_anonymous_people_see_only_the_sign_in_page(visit: Visit) -> None:
    app = visit(None)
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.title
    assert not app.dataframe


@pytest.mark.parametrize("file", PAGES[Role.PROVIDER] + PAGES[Role.TENANT])
def test_anonymous_people_can_open_no_page(visit: Visit, file: str) -> None:
    app = visit(None)
    with pytest.raises(ValueError, match="page"):
        app.switch_page(f"../pages/{file}")


@pytest.mark.parametrize("file", PAGES[Role.PROVIDER])
def test_a_tenants_people_can_open_no_page_of_the_provider(
    visit: Visit, acme: Tenant, file: str
) -> None:
    app = visit(mara_of(acme))
    with pytest.raises(ValueError, match="page"):
        app.switch_page(f"../pages/{file}")


@pytest.mark.parametrize("file", PAGES[Role.TENANT])
def test_the_provider_can_open_no_page_of_a_tenant(visit: Visit, file: str) -> None:
    app = visit(PAT)
    with pytest.raises(ValueError, match="page"):
        app.switch_page(f"../pages/{file}")


@pytest.mark.parametrize("role", list(Role))
def test_each_page_guards_itself_whatever_the_navigation_shows(role: Role, acme: Tenant) -> None:
    intruder = PAT if role is Role.TENANT else mara_of(acme)
    for file in PAGES[role]:
        alone = AppTest.from_function(_run_alone, args=(str(ROOT / "pages" / file),))
        alone.user = claims(intruder)
        alone.run(timeout=30)
        assert "this page is for" in said(alone.error), file
        assert not alone.title, file


@pytest.mark.parametrize("role", list(Role))
def test_the_navigation_leads_to_the_roles_own_pages(
    visit: Visit, acme: Tenant, role: Role
) -> None:
    person = PAT if role is Role.PROVIDER else mara_of(acme)
    for file in PAGES[role]:
        if Path(file).stem not in ("build", "tenant", "invoice", "tenant_costs"):
            assert visit(person, file).title, file


def test_a_person_of_neither_role_is_told_whom_to_ask() -> None:
    app = app_for({"is_logged_in": True, "sub": "nils", "name": "Nils", "iat": 4_000_000_000})
    assert "Nils belongs to no tenant: ask your provider" in said(app.error)


def test_an_old_sign_in_has_to_be_renewed(acme: Tenant) -> None:
    half_a_day = 12 * 3600
    assert app_for(claims(mara_of(acme), age=half_a_day - 60)).title
    assert [b.label for b in app_for(claims(mara_of(acme), age=half_a_day + 60)).button] == [
        "Sign in"
    ]


def test_signing_out_ends_the_sign_in_wherever_its_cookie_is_replayed(acme: Tenant) -> None:
    cookie = claims(mara_of(acme))
    here, elsewhere = app_for(cookie), app_for(cookie)
    button = next(button for button in here.button if button.label == "Sign out")
    button.click().run()
    assert here.user == {"is_logged_in": False}
    elsewhere.run()
    assert [button.label for button in elsewhere.button] == ["Sign in"]


def test_where_one_works_is_always_in_view(visit: Visit, acme: Tenant) -> None:
    for person in (PAT, mara_of(acme)):
        assert "us-east-1 · 123456789012" in said(visit(person).sidebar.markdown)


def test_a_name_is_shown_as_it_is(visit: Visit, acme: Tenant) -> None:
    person = Principal("m", "**Mara** $x$ :red[O]", Role.TENANT, acme.tenant_id)
    assert visit(person).sidebar.text[0].value == person.name
