"""Responsible for turning any text file into UTF-8: gzip, byte order marks, older encodings."""

import codecs
import gzip
import hashlib
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer
from refusal import Refused

_CHUNK = 4 << 20
_SAMPLE = 64 << 10
# Told apart when a file is not Unicode, and has that many bytes beyond ASCII to tell by.
_OLD = ["cp1252", "cp1250", "cp1251", "cp1253", "koi8_r", "cp932", "cp949", "gb18030", "big5"]
_TELLING = 8
_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = {
    b"PK\x03\x04": "an Excel workbook or a zip archive: save the table as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the table as CSV",
    b"%PDF": "a PDF: export the table as CSV",
    b"SQLite format 3": "an SQLite database: export the table as CSV",
    b"BZh": "compressed with bzip2: use gzip, or no compression",
    b"\xfd7zXZ": "compressed with xz: use gzip, or no compression",
    b"ARROW1": "an Arrow file: save the table as Parquet or CSV",
}
_OTHER_TEXT = {
    b"{": "JSON",
    b"[{": "JSON",
    b"<html": "a web page",
    b"<!doctype": "a web page",
    b"<?xml": "XML",
}


@dataclass(frozen=True, slots=True)
class SourceText:
    """A UTF-8 file on disk, and the encoding it came in."""

    path: Path
    encoding: str


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpacked(path: Path, scratch: Path) -> Path:
    """The file itself, or what its gzip holds; Refused for a broken archive or a foreign format."""
    start = _start(path)
    if start.startswith(_GZIP):
        path = _gunzipped(path, scratch / "unpacked")
        start = _start(path)
    if not start:
        raise Refused("The file is empty: upload a table with a header and at least 20 rows.")
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise Refused(f"The file is {what} and upload that.")
    return path


def as_utf8(path: Path, scratch: Path) -> SourceText:
    """The text in UTF-8, recoded only if it has to be."""
    encoding, sound = _encoding(path)
    if encoding != "utf-8" or not sound:
        recoded = scratch / "recoded"
        with (
            path.open(encoding=encoding, errors="replace", newline="") as old,
            recoded.open("w", encoding="utf-8", newline="") as new,
        ):
            shutil.copyfileobj(old, new, _CHUNK)
        path = recoded
    _check_is_table(_start(path))
    return SourceText(path, encoding)


def _check_is_table(start: bytes) -> None:
    if b"\0" in start:
        raise Refused("The file is not a text table but binary data: upload CSV or Parquet.")
    for mark, what in _OTHER_TEXT.items():
        if start.lstrip().lower().startswith(mark):
            raise Refused(f"The file is {what}, not a table: save the table as CSV.")


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SAMPLE)


def _gunzipped(path: Path, target: Path) -> Path:
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _CHUNK)
    except (OSError, EOFError, zlib.error) as fault:
        raise Refused(f"The gzip archive is damaged ({fault}): pack and upload it anew.") from fault
    return target


def _encoding(path: Path) -> tuple[str, bool]:
    """The encoding, and whether every byte of the file keeps to it as far as was looked."""
    start = _start(path)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding, True
    if (wide := _without_mark(start)) is not None:
        return wide, True
    strange, broken = _beyond_ascii(path)
    if broken * 2 <= len(strange):
        return "utf-8", broken == 0
    return _eight_bit(b"".join(strange)), True


def _without_mark(start: bytes) -> str | None:
    """UTF-16 shows by its zeros: every other byte of plain letters and digits."""
    even, odd = start[0:4096:2].count(0), start[1:4096:2].count(0)
    if 5 * max(even, odd) <= len(start[:4096]):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _beyond_ascii(path: Path) -> tuple[list[bytes], int]:
    """Lines beyond ASCII, and how many of them are not UTF-8; no line if the file is UTF-8."""
    strange: list[bytes] = []
    broken = taken = 0
    with path.open("rb") as file:
        for line in file:
            if line.isascii():
                continue
            sound = _decodes(line, "utf-8")
            broken += not sound
            if taken < _SAMPLE:
                taken += len(line)
                strange.append(line)
            elif broken:
                break
    return (strange, broken) if broken else ([], 0)


def _eight_bit(strange: bytes) -> str:
    """The likeliest encoding of lines beyond ASCII: the Western one unless another shows."""
    western = "cp1252" if _decodes(strange, "cp1252") else "latin-1"
    found = [match.encoding for match in charset_normalizer.from_bytes(strange, cp_isolation=_OLD)]
    telling = sum(byte > 127 for byte in strange)
    if not found or "cp1252" in found or telling < _TELLING:
        return western
    # Two encodings may differ only in bytes this file does not hold.
    same = strange.decode(found[0], "replace") == strange.decode(western, "replace")
    return western if same else found[0]


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
