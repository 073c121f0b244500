"""The splits: seeded, stratified, copies together, and nothing learnt from the rows held back."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.pipeline.samples import column, rows, table
from tests.unit.pipeline.workshop import SPLITS, Prepared, prepared, refusal

HEADER = "row,age,town,spend,left"


def numbered(body: list[list[str]]) -> bytes:
    """Rows that say in one column which they are, so that they are found again in a split."""
    return table([[f"{n}.5", *cells] for n, cells in enumerate(body)], header=HEADER)


def held(found: Prepared, split: str) -> set[int]:
    return {int(value) for value in found.rows(split)["row"]}


def test_seventy_fifteen_fifteen_and_each_class_in_its_share(tmp_path: Path):
    found = prepared(tmp_path, numbered(rows(400)))
    assert found.report["rows"] == {split: len(found.rows(split)) for split in SPLITS}
    whole = found.all_rows()["label"].mean()
    for split, share in zip(SPLITS, (0.7, 0.15, 0.15), strict=True):
        assert len(found.rows(split)) == pytest.approx(400 * share, abs=2)
        assert found.rows(split)["label"].mean() == pytest.approx(whole, abs=0.02)


def test_every_row_is_in_one_split(tmp_path: Path):
    found = prepared(tmp_path, numbered(rows(100)))
    parts = [held(found, split) for split in SPLITS]
    assert sum(map(len, parts)) == 100
    assert set.union(*parts) == set(range(100))


def test_the_same_seed_splits_alike_and_another_one_differently(tmp_path: Path):
    content = numbered(rows(100))
    first, again, other = (
        held(prepared(tmp_path / name, content, seed=seed), "test")
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert first == again != other


def test_the_same_seed_and_file_leave_the_same_files_to_the_byte(tmp_path: Path):
    content = column("since", lambda n: f"2024-01-{n % 28 + 1:02}")
    for name in ("first", "again"):
        prepared(tmp_path / name, content, target="left")
    for file in sorted((tmp_path / "first/processing").rglob("*.*")):
        other = tmp_path / "again" / file.relative_to(tmp_path / "first")
        assert file.read_bytes() == other.read_bytes(), file.name


def test_copies_of_a_row_are_in_one_split(tmp_path: Path):
    body = rows(80)
    draw = random.Random(0)
    copied = [*body, *(draw.choice(body) for _ in range(120))]
    draw.shuffle(copied)
    found = prepared(tmp_path, table(copied))
    places = [{tuple(row) for row in found.rows(split).itertuples(index=False)} for split in SPLITS]
    assert len(set.union(*places)) == sum(map(len, places))
    assert found.report["copies"] == len(copied) - len({tuple(row) for row in copied})
    assert any("Exact copies" in told for told in found.report["warnings"])


def test_cells_written_differently_are_copies_all_the_same(tmp_path: Path):
    body = rows(60)
    again = [[f" {age}", f"{town} ", f"{spend}0", left] for age, town, spend, left in body]
    found = prepared(tmp_path, table([*body, *again]))
    assert found.report["copies"] == 60


def test_a_table_of_few_different_rows_has_all_splits_and_learns_every_class(tmp_path: Path):
    body = [[cells[1], cells[3]] for cells in rows(120)]
    found = prepared(tmp_path, table(body, header="town,left"))
    assert all(found.report["rows"].values())
    assert set(found.rows("train")["label"]) == {0, 1}


def test_nothing_but_copies_is_refused(tmp_path: Path):
    told = refusal(tmp_path, b"a,b,y\n" + b"1,2,yes\n3,4,no\n" * 50)
    assert told.startswith("Only 2 rows of the file differ from each other")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    counts=st.lists(st.integers(1, 30), min_size=12, max_size=40),
    classes=st.integers(2, 4),
    seed=st.integers(0, 2**31 - 1),
)
def test_however_rows_are_copied_each_group_is_in_one_split_and_each_class_is_learnt(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], classes: int, seed: int
):
    groups = [(f"{n}.5", "abcd"[n % classes], count) for n, count in enumerate(counts)]
    body = [[value, label] for value, label, count in groups for _ in range(count)]
    of_class = Counter(label for _, label in body)
    if len(body) < 20 or len(of_class) < 2 or min(of_class.values()) < 3:
        return
    random.Random(seed).shuffle(body)
    content = table(body, header="value,label")
    found = prepared(tmp_path_factory.mktemp("copies"), content, seed=seed)
    parts = [set(found.rows(split)["value"]) for split in SPLITS]
    assert sum(map(len, parts)) == len(groups) == len(set.union(*parts))
    assert set(found.rows("train")["label"]) == set(range(len(of_class)))


ANYTHING = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(str),
    st.integers(-(10**9), 10**9).map(str),
    st.sampled_from(["", "?", "NA", "weird", "1,5", "2024-02-30", "Ulm", "Atlantis", "yes", "-"]),
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nothing_is_learnt_from_validation_or_test_rows(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    """Whatever stands in the rows held back, every fitted figure stays what it was."""
    folder = tmp_path_factory.mktemp("leak")
    body = [
        [
            f"{n}.5",
            str(n * 7 % 31),
            "" if n % 9 == 0 else f"{n * 11 % 17},5",
            ["Ulm", "Bonn", "Jena", "?"][n % 4],
            ["Yes", "No"][n % 3 == 0],
            f"2024-0{n % 9 + 1}-1{n % 7}",
            "yn"[n * 5 % 7 > 3],
        ]
        for n in range(60)
    ]
    header = "row;count;amount;town;member;since;left"
    lines = [";".join(cells) for cells in body]
    found = prepared(folder / "before", "\n".join([header, *lines]).encode())
    back = sorted(held(found, "validation") | held(found, "test"))
    changed = [list(cells) for cells in body]
    for row in data.draw(st.lists(st.sampled_from(back), min_size=1, max_size=18, unique=True)):
        for place in range(1, 6):
            changed[row][place] = data.draw(ANYTHING)
    lines = [";".join(cells) for cells in changed]
    after = prepared(folder / "after", "\n".join([header, *lines]).encode())
    if after.report["copies"] == 0:
        assert held(after, "train") == held(found, "train")
        assert json.dumps(after.schema) == json.dumps(found.schema)
        assert after.rows("train").equals(found.rows("train"))
