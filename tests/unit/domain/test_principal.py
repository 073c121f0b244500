"""Who is asking."""

import pytest

from backend.domain.errors import Forbidden
from backend.domain.principal import Principal, Role

ANA = {"sub": "1", "email": "ana@acme.example", "custom:tenant_id": "acme"}
PAT = {"sub": "2", "email": "pat@provider.example", "cognito:groups": ["providers"]}


def test_a_tenants_person_acts_for_that_tenant_alone():
    ana = Principal.from_claims(ANA)
    assert ana.own_tenant() == "acme"
    with pytest.raises(Forbidden, match="for providers"):
        ana.as_provider()


def test_a_provider_acts_for_no_tenant():
    pat = Principal.from_claims(PAT)
    assert pat.role is Role.PROVIDER
    with pytest.raises(Forbidden, match="acts for no tenant"):
        pat.own_tenant()


def test_a_provider_stays_one_even_with_a_tenants_claim():
    assert Principal.from_claims(PAT | {"custom:tenant_id": "acme"}).tenant_id is None


def test_a_person_of_neither_kind_is_turned_away_with_what_to_do():
    with pytest.raises(Forbidden, match="ask your provider"):
        Principal.from_claims({"sub": "3", "email": "x@y.example", "cognito:groups": ["guests"]})
