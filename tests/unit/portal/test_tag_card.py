"""Responsible for: a person sees how far each cost allocation tag is, and what to do."""

from streamlit.testing.v1 import AppTest

from backend.domain.cost_tag import CostTag, CostTags, TagStatus
from portal import words
from tests.unit.values import NOON


def _page(noted: object, now: object) -> None:
    from portal import tag_card

    tag_card.draw(noted, now=now)


def _head(noted: object) -> None:
    from portal import tag_card

    tag_card.warn(noted)


def drawn(noted: CostTags) -> AppTest:
    app = AppTest.from_function(_page, args=(noted, NOON)).run()
    assert not app.exception
    return app


def test_what_aws_refuses_is_said_with_the_remedy() -> None:
    app = drawn(CostTags().refused_at(NOON, "Ask the management account."))
    assert [warning.value for warning in app.warning] == ["Ask the management account\\."]


def test_before_the_first_look_the_page_says_when_there_will_be_one() -> None:
    assert "next sync" in drawn(CostTags()).caption[0].value


def test_each_key_has_its_badge_and_its_remedy() -> None:
    tags = tuple(CostTag(f"key-{status}", status) for status in TagStatus)
    _, *lines = drawn(CostTags(tags, read_at=NOON)).markdown
    assert len(lines) == len(TagStatus)
    for line, status in zip(lines, TagStatus, strict=True):
        assert line.value.startswith(f"{words.TAG[status].badge} `key-{status}`")
        assert status.meaning in line.value


def test_a_key_that_is_not_in_force_is_named_where_nobody_misses_it() -> None:
    tags = (CostTag("tenant-id", TagStatus.ACTIVE), CostTag("tier", TagStatus.PENDING))
    app = AppTest.from_function(_head, args=(CostTags(tags, read_at=NOON),)).run()
    (told,) = app.warning
    assert "tier" in told.value
    assert "tenant" not in told.value
    whole = CostTags((CostTag("tenant-id", TagStatus.ACTIVE),), read_at=NOON)
    assert not AppTest.from_function(_head, args=(whole,)).run().warning
