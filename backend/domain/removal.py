"""Responsible for telling what became of a resource that was to be removed."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    REMOVED = "removed"
    ABSENT = "was not there"
    FOREIGN = "left alone: it does not carry this tenant's tag"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Removal:
    kind: str
    name: str
    outcome: Outcome
    detail: str = ""

    def __str__(self) -> str:
        told = f"{self.kind} {self.name}: {self.outcome}"
        return f"{told} ({self.detail})" if self.detail else told
