"""Responsible for the uploader: files go from the browser to S3, only words come to the portal."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from backend.upload import UploadTicket

ACCEPT = ".csv,.tsv,.txt,text/csv"
_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "s3_uploader",
    html=(_HERE / "s3_uploader.html").read_text("utf-8"),
    css=(_HERE / "s3_uploader.css").read_text("utf-8"),
    js=(_HERE / "s3_uploader.js").read_text("utf-8"),
)


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file picked in the browser; `head` is its first lines, already text."""

    name: str
    size: int
    content_type: str
    head: str

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> "ChosenFile":
        return cls(
            name=str(told["name"]),
            size=int(told["size"]),
            content_type=str(told["content_type"]) or "text/csv",
            head=str(told["head"]),
        )


@dataclass(frozen=True, slots=True)
class Uploading:
    """What the browser tells: the files chosen, and the upload that has just ended, if one has."""

    chosen: tuple[ChosenFile, ...]
    finished: str | None = None
    cancelled: str | None = None
    expired: str | None = None


def s3_uploader(
    *, key: str, max_bytes: int, sending: tuple[ChosenFile, UploadTicket] | None
) -> Uploading:
    """Draws the uploader; with a ticket it sends that file, and tells each ending once."""
    told = _mount(
        key=key,
        data={
            "key": key,
            "max_bytes": max_bytes,
            "accept": ACCEPT,
            "ticket": _plain(*sending) if sending else None,
        },
        on_chosen_change=_noted,
        on_finished_change=_noted,
        on_cancelled_change=_noted,
        on_expired_change=_noted,
    )
    return Uploading(
        chosen=tuple(ChosenFile.parse(file) for file in told.chosen or ()),
        finished=_upload_id(told.finished),
        cancelled=_upload_id(told.cancelled),
        expired=_upload_id(told.expired),
    )


def _plain(file: ChosenFile, ticket: UploadTicket) -> dict[str, Any]:
    return {
        "name": file.name,
        "upload_id": ticket.upload_id,
        "size": ticket.size,
        "part_size": ticket.part_size,
        "urls": list(ticket.urls),
        "done": list(ticket.done),
        "expires_at": ticket.expires_at.isoformat(),
    }


def _upload_id(told: Mapping[str, Any] | None) -> str | None:
    return str(told["upload_id"]) if told else None


def _noted() -> None:
    """Streamlit gives the result an attribute for each event that has a callback."""
