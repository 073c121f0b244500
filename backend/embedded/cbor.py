"""Responsible for CBOR, which SDKs speak to CloudWatch: as much of the module `cbor2` as is used.

ministack reads and writes CBOR with that module wherever it is installed, and does not ask for it.
"""

import struct
import sys
from typing import Any, NamedTuple

from botocore.parsers import ResponseParserError, RpcV2CBORParser

# What `loads` raises for other bytes, and json's for other text.
UNREADABLE = (ResponseParserError, ValueError, RecursionError)

_NEGATIVE, _, _TEXT, _LIST, _MAP, _TAG = range(1, 7)
_SIMPLE = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}
_DOUBLE = 0xFB
_LENGTHS = {24: "B", 25: "H", 26: "I", 27: "Q"}


class CBORTag(NamedTuple):
    """A value and what it means; tag 1 is a moment in seconds."""

    tag: int
    value: Any


def install() -> None:
    sys.modules["cbor2"] = sys.modules[__name__]


def loads(encoded: bytes) -> Any:
    parser: Any = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(encoded))


def dumps(value: Any) -> bytes:
    match value:
        case None | bool():
            return _SIMPLE[value]
        case int():
            return _head(0, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case float():
            return bytes([_DOUBLE]) + struct.pack(">d", value)
        case str():
            text = value.encode()
            return _head(_TEXT, len(text)) + text
        case CBORTag():
            return _head(_TAG, value.tag) + dumps(value.value)
        case list() | tuple():
            return _head(_LIST, len(value)) + b"".join(map(dumps, value))
        case dict():
            pairs = (dumps(name) + dumps(part) for name, part in value.items())
            return _head(_MAP, len(value)) + b"".join(pairs)
    raise TypeError(f"CBOR has no {type(value).__name__} here.")


def _head(kind: int, count: int) -> bytes:
    """The first bytes of a value: its kind, and a number as short as it can be written."""
    if count < min(_LENGTHS):
        return bytes([kind << 5 | count])
    short = next(
        (mark, form) for mark, form in _LENGTHS.items() if count < 1 << 8 * struct.calcsize(form)
    )
    return bytes([kind << 5 | short[0]]) + struct.pack(f">{short[1]}", count)
