"""Responsible for ending a build once: its steps, its reason in words, its slot."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from backend.context import Context
from backend.domain.build import Build, BuildState, BuildStep
from backend.domain.errors import Conflict, Invalid
from backend.domain.meter_reading import Metered
from backend.domain.metering import metered
from backend.domain.outcome import reason_of
from backend.domain.price_book import PriceBook
from backend.spending import reckon

LOG = logging.getLogger(__name__)
_ATTEMPTS = 5


def end_execution(
    context: Context, build: Build, state: BuildState, execution_arn: str, *, now: datetime
) -> Build:
    """Ends the build of an execution that has ended, and frees its slot, however often called.

    Then what its tenant has spent is reckoned anew, if that has a budget.
    """
    if not build.state.is_final:
        steps = tuple(
            context.executions.metered(step) for step in context.executions.steps(execution_arn)
        )
        reading = _read_meter(build, steps, context.prices.read(now=now))
        failure = None
        if state is BuildState.FAILED:
            failure = reason_of(steps, context.executions.reason(execution_arn))

        def end(current: Build) -> Build:
            reason = current.why_stopped if state is BuildState.STOPPED else failure
            return current.ended(state, at=now, reason=reason, steps=steps, metered=reading)

        build = _ended(context, build, end)
    _freed(context, build)
    reckon(context, build.tenant_id, now=now, ended=build)
    return build


def end_unrun(
    context: Context, build: Build, state: BuildState, *, reason: str, now: datetime
) -> Build:
    """Ends a build that no execution runs any more, or ever ran, and frees its slot."""
    if not build.state.is_final:
        build = _ended(context, build, lambda current: current.ended(state, at=now, reason=reason))
    return _freed(context, build)


def _read_meter(build: Build, steps: Iterable[BuildStep], book: PriceBook) -> Metered | None:
    """None, and a line in the log, for an instance without a price: a build ends all the same."""
    try:
        return metered(steps, book)
    except Invalid as unpriced:
        LOG.warning(
            "tenant_id=%s build_id=%s not metered: %s", build.tenant_id, build.build_id, unpriced
        )
        return None


def _ended(context: Context, build: Build, end: Callable[[Build], Build]) -> Build:
    """Dispatch may write Executing between the read and the write: then both are done again."""
    for _ in range(_ATTEMPTS):
        try:
            return context.builds.move(build, end(build))
        except Conflict:
            build = context.builds.get(build.tenant_id, build.build_id)
            if build.state.is_final:
                return build
    raise Conflict(f"Build {build.build_id} keeps changing: its end is told again.")


def _freed(context: Context, build: Build) -> Build:
    context.scheduling.release(build)
    LOG.info("tenant_id=%s build_id=%s state=%s", build.tenant_id, build.build_id, build.state)
    return build
