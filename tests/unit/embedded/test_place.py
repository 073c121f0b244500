"""The cloud starts with the engines it is fitted to, or says which it wants."""

from importlib.metadata import version

import pytest

from backend.embedded import place
from backend.embedded.place import CannotStart, check_engines


def test_the_locked_engines_are_the_ones_it_is_fitted_to() -> None:
    check_engines()
    assert {engine: version(engine) for engine in place.ENGINES} == place.ENGINES


def test_another_version_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ENGINES", {"moto": "9.9.9"})
    with pytest.raises(CannotStart, match=r"moto .* fitted to 9\.9\.9: run `make install`"):
        check_engines()
