"""Responsible for serving all others although one crashes: the crash flies when they are done."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from backend.domain.errors import Unavailable

LOG = logging.getLogger(__name__)


class Setbacks:
    """What has crashed so far; Unavailable is none, as whoever is busy may be asked again."""

    def __init__(self) -> None:
        self._crashes: list[Exception] = []

    @contextmanager
    def serving(self, tenant_id: str, build_id: str) -> Iterator[None]:
        """A crash in the block is logged and kept, and what stands behind the block goes on."""
        try:
            yield
        except Unavailable:
            raise
        except Exception as crash:
            LOG.exception("tenant_id=%s build_id=%s crashed", tenant_id, build_id)
            self._crashes.append(crash)

    def fly(self) -> None:
        """Raises the first crash, if there was any."""
        if self._crashes:
            raise self._crashes[0]
