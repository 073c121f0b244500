"""Responsible for the order within a tier: start-time fair queuing.

Goyal, Vin, Cheng, "Start-time Fair Queuing", SIGCOMM 1996. A build that arrives gets the start tag
`max(V, F)`: V is the tier's virtual time, which is the tag of the build it started last, and F the
tag at which the tenant's builds so far are served, its finish tag. Then `F = tag + cost / weight`.
Builds start in the order of their tags, so a tenant that asks for much waits behind its own builds
and not before everybody else's. Tags and costs are whole virtual milliseconds.
"""

from dataclasses import dataclass
from datetime import datetime

_DIGITS = 16
_LAST = 10**_DIGITS - 1
_FRONT, _IN_TURN = "0", "1"


@dataclass(frozen=True, slots=True)
class Turn:
    """A build's start tag, and what it adds to its tenant's finish tag."""

    tag: int
    cost: int

    @property
    def finish(self) -> int:
        return self.tag + self.cost


def turn_of(*, virtual_time: int, finish: int, expected_seconds: float, weight: float) -> Turn:
    """The turn of a build that arrives now; each costs at least a millisecond."""
    return Turn(max(virtual_time, finish), max(1, round(expected_seconds * 1000 / weight)))


def place_of(
    tier: str, rank: int, tag: int, *, requested_at: datetime, build_id: str, front: bool = False
) -> str:
    """Where a build stands among all that wait: by tier, then by tag, then by arrival.

    Places compare as text. A place at the front comes before every turn, the latest one first.
    """
    arrival = f"{requested_at:%Y%m%d%H%M%S%f}"
    turn = _FRONT + str(_LAST - tag).zfill(_DIGITS) if front else _IN_TURN + str(tag).zfill(_DIGITS)
    return f"{line_of(tier, rank)}{turn}#{arrival}#{build_id}"


def line_of(tier: str, rank: int) -> str:
    """What the places of one tier's builds begin with; a higher tier has a lower rank."""
    return f"{rank:02d}#{tier}#"


def tier_of(place: str) -> str:
    return place.split("#")[1]
