"""CBOR as botocore reads and writes it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.embedded import cbor

LEAVES = (
    st.booleans() | st.integers(-(1 << 64), (1 << 64) - 1) | st.floats(allow_nan=False) | st.text()
)
VALUES = st.recursive(
    LEAVES, lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=30
)


@given(VALUES)
def test_what_is_written_is_what_botocore_reads(value: object):
    assert cbor.loads(cbor.dumps(value)) == value


def test_a_tagged_number_is_a_moment():
    noon = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert cbor.loads(cbor.dumps([cbor.CBORTag(1, noon.timestamp())])) == [noon]


@pytest.mark.parametrize("body", [b"", b"\xff", b"\xa1", b"\x81" * 10_000, b"{}"])
def test_other_bytes_are_refused_by_a_known_name(body: bytes):
    with pytest.raises(cbor.UNREADABLE):
        cbor.loads(body)


def test_what_cbor_lacks_is_not_written():
    with pytest.raises(TypeError, match="set"):
        cbor.dumps({1})
