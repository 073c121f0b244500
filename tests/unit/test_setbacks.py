"""One crash holds up nobody else, and is not forgotten."""

import pytest

from backend.domain.errors import Unavailable
from backend.setbacks import Setbacks


def test_the_first_crash_flies_when_all_are_served():
    setbacks, served = Setbacks(), []
    for build in ("first", "second", "third"):
        with setbacks.serving("acme", build):
            if build != "third":
                raise KeyError(build)
            served.append(build)
    assert served == ["third"]
    with pytest.raises(KeyError, match="first"):
        setbacks.fly()


def test_nothing_flies_when_nothing_crashed():
    setbacks, served = Setbacks(), []
    with setbacks.serving("acme", "only"):
        served.append("only")
    setbacks.fly()
    assert served == ["only"]


def test_whoever_is_busy_is_told_at_once_and_is_no_crash():
    setbacks, served = Setbacks(), []
    with pytest.raises(Unavailable, match="busy"), setbacks.serving("acme", "first"):
        raise Unavailable("AWS is busy: try again.")
    with setbacks.serving("acme", "second"):
        served.append("second")
    setbacks.fly()
    assert served == ["second"]
