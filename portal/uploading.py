"""Responsible for the files of one go: each sent and completed in turn, all with one choice."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from backend import upload
from backend.context import Context
from backend.domain.choices import Choices
from backend.domain.principal import Principal
from backend.upload import UploadTicket
from portal.components.s3_uploader import ChosenFile, Uploading


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a go stands; its number names the uploader in the browser, so a new one is empty."""

    number: int = 0
    choices: Choices = field(default_factory=Choices)
    waiting: tuple[ChosenFile, ...] = ()
    sending: tuple[ChosenFile, UploadTicket] | None = None
    sent: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"uploader-{self.number}"


def begin(
    context: Context,
    principal: Principal,
    turn: Turn,
    files: tuple[ChosenFile, ...],
    choices: Choices,
    *,
    now: datetime,
) -> Turn:
    """Begins with the first file; the others wait for it."""
    file, *waiting = files
    ticket = upload.begin(
        context,
        principal,
        file_name=file.name,
        size=file.size,
        content_type=file.content_type,
        choices=choices,
        now=now,
    )
    return replace(turn, choices=choices, waiting=tuple(waiting), sending=(file, ticket))


def resume(
    context: Context,
    principal: Principal,
    turn: Turn,
    file: ChosenFile,
    *,
    key: str,
    upload_id: str,
    now: datetime,
) -> Turn:
    """Goes on with an upload begun earlier, from the parts that have arrived."""
    ticket = upload.resume(
        context, principal, upload_id=upload_id, key=key, size=file.size, now=now
    )
    return replace(turn, sending=(file, ticket))


def settle(
    context: Context, principal: Principal, turn: Turn, told: Uploading, *, now: datetime
) -> Turn:
    """The turn after what the browser told; the same turn while it told nothing of its upload."""
    if turn.sending is None:
        return turn
    file, ticket = turn.sending
    match ticket.upload_id:
        case told.finished:
            upload.complete(context, principal, ticket)
            sent = replace(turn, sent=(*turn.sent, file.name), sending=None)
            if not turn.waiting:
                return sent
            return begin(context, principal, sent, turn.waiting, turn.choices, now=now)
        case told.cancelled:
            upload.abort(context, principal, key=ticket.key, upload_id=ticket.upload_id)
            return replace(turn, sending=None, waiting=())
        case told.expired:
            return resume(
                context,
                principal,
                turn,
                file,
                key=ticket.key,
                upload_id=ticket.upload_id,
                now=now,
            )
    return turn
