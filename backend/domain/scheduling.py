"""Responsible for who starts next: values in, decisions out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.domain.build import Build
from backend.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to run one build, held by it until it ends."""

    pool: str
    number: int
    tenant_id: str
    build_id: str
    claimed_at: datetime


def free_numbers(tier: Tier, held: Collection[Slot]) -> list[int]:
    """The slot numbers below the tier's limit that nobody holds.

    A slot above a limit that was lowered meanwhile still counts against it.
    """
    taken = {slot.number for slot in held}
    free = [number for number in range(tier.max_concurrent_builds) if number not in taken]
    return free[: max(0, tier.max_concurrent_builds - len(held))]


def assignments(
    tier: Tier, held: Collection[Slot], waiting: Sequence[Build]
) -> list[tuple[int, Build]]:
    """Which waiting build takes which free slot; `waiting` comes in the order of its line."""
    return list(zip(free_numbers(tier, held), waiting, strict=False))
