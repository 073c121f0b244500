"""What a provider says of a new tenant."""

import pytest

from backend.domain.errors import Invalid
from backend.domain.new_tenant import NewTenant, checked
from backend.domain.site import Site
from backend.domain.tenant import TenantStatus
from tests.unit.values import NOON, tenant

SITE = Site("123456789012", "us-east-1", "http://localhost:8501")


def test_spaces_and_an_addresss_capitals_are_dropped():
    new = checked("acme", "  Acme Retail ", "basic", " Ana@Acme.example\n")
    assert (new.name, new.first_user) == ("Acme Retail", "ana@acme.example")


@pytest.mark.parametrize("name", ["", "   ", "a" * 81, "Acme\x00", "Acme\nRetail"])
def test_a_name_nobody_can_read_is_refused(name: str):
    with pytest.raises(Invalid, match="printable"):
        checked("acme", name, "basic", "ana@acme.example")


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "ana@",
        "@acme.example",
        "ana@acme",
        "ana@acme..example",
        "ana@acme.example.",
        "ana acme@acme.example",
        "ana@acme.example,bo@acme.example",
        "Ana <ana@acme.example>",
        f"{'a' * 120}@acme.example",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(email: str):
    with pytest.raises(Invalid, match=r"ana@acme\.example"):
        checked("acme", "Acme", "basic", email)


def test_an_illegal_id_is_refused_before_anything_else_is_looked_at():
    with pytest.raises(Invalid, match="acme-retail"):
        checked("Acme Retail", "", "basic", "")


def test_the_registry_entry_follows_from_id_and_site():
    made = NewTenant("acme", "Acme Retail", "basic", "").registered(SITE, at=NOON)
    assert made.status is TenantStatus.ONBOARDING
    assert made.with_status(TenantStatus.ACTIVE) == tenant("acme")


def test_a_registered_tenant_gives_back_what_the_provider_said():
    new = NewTenant("acme", "Acme Retail", "premium", "ana@acme.example")
    assert NewTenant.of(new.registered(SITE, at=NOON)) == new
