"""Whatever a stranger uploads is prepared, or refused in a sentence; nothing else happens."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.pipeline.workshop import prepared, refused

CELL = st.one_of(
    st.sampled_from(["", "?", "NA", "-", " ", "nan", "inf", "1e400", "yes", "No", "TRUE", "t"]),
    st.sampled_from(
        ["1,5", "1.234,5", "$3", "12%", "007", "1_0", "0x1F", "+", "\u22123", "½", "٣"]
    ),
    st.sampled_from(["2024-02-30", "31/12/99", "2024-01-01T00:00Z", "12:30", "Mar-2024", "0000"]),
    st.sampled_from(['"', '""', '"a', 'a"b', '"x;y"', '"line\nbreak"', "'q'", "\u2028", "\x85"]),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
    st.text(string.printable, max_size=6),
    st.text(max_size=4),
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "cp1251", "gb18030"]


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=400))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    assert refused(tmp_path_factory.mktemp("any"), content)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_table(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    """Columns that repeat a few cells, in any layout, with any target and any objective."""
    width = data.draw(st.integers(1, 5), "width")
    pools = [data.draw(st.lists(CELL, min_size=1, max_size=5)) for _ in range(width)]
    lines = [
        [data.draw(st.sampled_from(pool)) for pool in pools]
        for _ in range(data.draw(st.integers(0, 8), "different rows"))
    ]
    lines *= data.draw(st.integers(1, 12), "copies")
    lines += [[f"{n}.{n % 7}", *cells[1:]] for n, cells in enumerate(lines)]
    header = [data.draw(CELL) for _ in range(width)]
    joined = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(joined.join(cells) for cells in [header, *lines])
    folder = tmp_path_factory.mktemp("any")
    content = text.encode(data.draw(st.sampled_from(ENCODINGS)), errors="replace")
    asked = {
        "target": data.draw(st.sampled_from(["", *header])),
        "objective": data.draw(st.sampled_from(["auto", "binary", "multiclass", "regression"])),
    }
    if refused(folder / "a", content, **asked) is None:
        found = prepared(folder / "b", content, **asked)
        assert sum(found.report["rows"].values()) == len(found.all_rows())
        assert found.all_rows().notna().all().all()
