"""Responsible for what a sweep has found and mended."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How many slots were held, and how many builds and slots had been left behind.

    `resumed` starts had been cut off, `ended` executions had ended unseen or were gone, `released`
    slots were held by builds that do not run, `stopped` builds had not heard of their stop,
    `noted` tenants had builds aside that dispatch did not know of, `postponed` builds could not be
    looked after, because AWS was busy or said what nobody expected.
    """

    at: datetime
    slots: int = 0
    resumed: int = 0
    ended: int = 0
    released: int = 0
    stopped: int = 0
    noted: int = 0
    postponed: int = 0

    @property
    def mended(self) -> int:
        return self.resumed + self.ended + self.released + self.stopped + self.noted

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> "SweepReport":
        return cls(**{**answer, "at": datetime.fromisoformat(answer["at"])})
