"""Responsible for who plays in the demo: a provider and three tenants with their data."""

from dataclasses import dataclass
from pathlib import Path

from backend.domain.choices import Choices
from backend.domain.principal import Principal, Role

DATA = Path(__file__).parent / "data"
PASSWORD = "Demo-portal-2026"  # everybody's, on this machine alone
PROVIDER_EMAIL = "pat@provider.example"
PROVIDER = Principal("demo", "Pat", Role.PROVIDER)


@dataclass(frozen=True, slots=True)
class Player:
    """A tenant of the demo, its first person and the file it begins with."""

    tenant_id: str
    name: str
    tier: str
    email: str
    file: Path
    choices: Choices


TENANTS = (
    Player(
        "acme-telecom",
        "Acme Telecom",
        "basic",
        "ana@acme.example",
        DATA / "churn.csv",
        Choices(algorithm="linear", target="churn"),
    ),
    Player(
        "borealis-hotels",
        "Borealis Hotels",
        "standard",
        "bo@borealis.example",
        DATA / "hotel_rates.csv",
        Choices(target="avg_price_per_room"),
    ),
    Player(
        "cobalt-lending",
        "Cobalt Lending",
        "premium",
        "cleo@cobalt.example",
        DATA / "lending_club.csv",
        Choices(target="Class", tuned=True),
    ),
)
