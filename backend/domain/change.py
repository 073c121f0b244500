"""Responsible for the word on what a repeatable act has done to a thing."""

from enum import StrEnum


class Change(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
