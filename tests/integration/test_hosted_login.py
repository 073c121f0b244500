"""People sign in, set their first password and sign out at the endpoint's own pages."""

import base64
import http.client
import json
import re
import urllib.parse
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cloud import Cloud

PORTAL = "http://localhost:8501"
PASSWORD = "Correct-horse-7"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    text: str


@dataclass(frozen=True, slots=True)
class Pool:
    cloud: Cloud
    pool_id: str
    client_id: str
    secret: str

    def person(self, *, temporary: bool = False) -> str:
        cognito = self.cloud.session().client("cognito-idp")
        email = f"{uuid.uuid4().hex[:8]}@acme.example"
        cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=email,
            TemporaryPassword=PASSWORD,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "custom:tenant_id", "Value": "acme"},
            ],
        )
        if not temporary:
            cognito.admin_set_user_password(
                UserPoolId=self.pool_id, Username=email, Password=PASSWORD, Permanent=True
            )
        return email

    def ask(self, method: str, path: str, **form: str) -> Answer:
        address = urllib.parse.urlparse(self.cloud.endpoint_url)
        connection = http.client.HTTPConnection("localhost", address.port or 0, timeout=10)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with closing(connection):
            connection.request(method, path, urllib.parse.urlencode(form), headers)
            answer = connection.getresponse()
            location = answer.headers.get("Location", "")
            return Answer(answer.status, location, answer.read().decode())

    def page(self, **more: str) -> Answer:
        query = {
            "client_id": self.client_id,
            "redirect_uri": f"{PORTAL}/oauth2callback",
            "response_type": "code",
            "scope": "openid email profile",
            "state": "s1",
            "nonce": "n1",
        }
        return self.ask("GET", f"/oauth2/authorize?{urllib.parse.urlencode(query | more)}")

    def submit(self, page: Answer, **entered: str) -> Answer:
        """What a browser sends when the form of the page is filled in."""
        return self.ask("POST", "/login", **dict(HIDDEN.findall(page.text)), **entered)


@pytest.fixture(scope="module")
def pool(cloud: Cloud) -> Pool:
    cognito: Any = cloud.session().client("cognito-idp")
    pool_id = cognito.create_user_pool(
        PoolName="people",
        UsernameAttributes=["email"],
        Policies={"PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": True}},
        Schema=[{"Name": "tenant_id", "AttributeDataType": "String", "Mutable": False}],
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="portal",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email", "profile"],
        SupportedIdentityProviders=["COGNITO"],
        CallbackURLs=[f"{PORTAL}/oauth2callback"],
        LogoutURLs=[PORTAL],
    )["UserPoolClient"]
    return Pool(cloud, pool_id, client["ClientId"], client["ClientSecret"])


def claims_of(pool: Pool, signed_in: Answer) -> dict[str, Any]:
    """The verified person's claims, as the portal gets them for the code."""
    assert signed_in.status == 302
    back = urllib.parse.urlparse(signed_in.location)
    assert signed_in.location.startswith(f"{PORTAL}/oauth2callback?")
    query = urllib.parse.parse_qs(back.query)
    assert query["state"] == ["s1"]
    token = pool.ask(
        "POST",
        "/oauth2/token",
        grant_type="authorization_code",
        code=query["code"][0],
        redirect_uri=f"{PORTAL}/oauth2callback",
        client_id=pool.client_id,
        client_secret=pool.secret,
    )
    payload = json.loads(token.text)["id_token"].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


def test_a_person_signs_in_and_brings_the_tenants_claim(pool: Pool) -> None:
    email = pool.person()
    claims = claims_of(pool, pool.submit(pool.page(), username=email, password=PASSWORD))
    assert (claims["email"], claims["custom:tenant_id"], claims["nonce"]) == (email, "acme", "n1")


def test_the_page_asks_for_an_email_and_says_who_plays_cognito(pool: Pool) -> None:
    page = pool.page()
    assert page.status == 200
    assert ">Email</label>" in page.text
    assert 'type="email"' in page.text
    assert "embedded cloud" in page.text
    assert "ministack" not in page.text.lower()
    assert not re.search(r'(src|href)="https?:', page.text)


def test_a_wrong_password_is_said_without_telling_who_exists(pool: Pool) -> None:
    wrong = pool.submit(pool.page(), username=pool.person(), password="wrong")
    nobody = pool.submit(pool.page(), username="no@one.example", password="wrong")
    for answer in (wrong, nobody):
        assert answer.status == 200
        assert 'role="alert">Incorrect username or password.<' in answer.text


def test_a_first_sign_in_sets_a_password_and_then_works(pool: Pool) -> None:
    email = pool.person(temporary=True)
    new = "Another-horse-8"
    asked = pool.submit(pool.page(), username=email, password=PASSWORD)
    assert "Set a new password" in asked.text
    short = pool.submit(asked, new_password="short1", confirm_password="short1")
    assert 'role="alert"' in short.text
    other = pool.submit(asked, new_password=new, confirm_password=f"{new}x")
    assert "do not match" in other.text
    claims = claims_of(pool, pool.submit(asked, new_password=new, confirm_password=new))
    assert claims["email"] == email
    again = pool.submit(pool.page(), username=email, password=new)
    assert claims_of(pool, again)["email"] == email


def test_what_people_enter_is_escaped(pool: Pool) -> None:
    page = pool.page(state='"><script>alert(1)</script>')
    assert "<script>" not in page.text


def test_signing_out_goes_to_the_registered_address_only(pool: Pool) -> None:
    def out(where: str) -> Answer:
        query = urllib.parse.urlencode({"client_id": pool.client_id, "logout_uri": where})
        return pool.ask("GET", f"/logout?{query}")

    assert (out(PORTAL).status, out(PORTAL).location) == (302, PORTAL)
    assert out("https://evil.example").status == 400


def test_a_client_without_an_address_signs_out_to_nowhere(pool: Pool) -> None:
    client = (
        pool.cloud.session()
        .client("cognito-idp")
        .create_user_pool_client(UserPoolId=pool.pool_id, ClientName="bare")["UserPoolClient"]
    )
    query = urllib.parse.urlencode(
        {"client_id": client["ClientId"], "logout_uri": "https://evil.example"}
    )
    assert pool.ask("GET", f"/logout?{query}").status == 400


def test_a_code_does_not_go_to_a_foreign_address(pool: Pool) -> None:
    assert pool.page(redirect_uri="https://evil.example").status == 400
