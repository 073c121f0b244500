"""Responsible for finishing what a crash or a lost event has left behind."""

import enum
import logging
from collections import Counter
from datetime import datetime

from backend.aws.scheduling_table import Claim
from backend.context import Context
from backend.domain.audit import Action, AuditEntry
from backend.domain.build import HOLDS_SLOT, Build, BuildState
from backend.domain.errors import NotFound, Unavailable
from backend.domain.outcome import ENDS
from backend.domain.principal import Principal
from backend.domain.scheduling import Slot
from backend.domain.sweep_report import SweepReport
from backend.ending import end_execution, end_unrun
from backend.setbacks import Setbacks
from backend.situation import situation_of
from backend.starting import resume, stop

LOG = logging.getLogger(__name__)
_MOST_PARKED = 1000
_MOST_BUILDS = 1000
_VANISHED = "SageMaker knows nothing of the build's execution any more: try the build again."
_NEVER_HELD = "The build lost its slot before it was started: try it again."


class Mended(enum.StrEnum):
    """What a build or a slot had come to lack; the names are SweepReport's."""

    NOTHING = "nothing"
    RESUMED = "resumed"
    ENDED = "ended"
    RELEASED = "released"
    STOPPED = "stopped"
    POSTPONED = "postponed"


def sweep(context: Context, *, now: datetime) -> SweepReport:
    """Describes what holds a slot, finishes what has stopped moving, then asks for a dispatch.

    May run at any time beside everything else, and any number of times. What crashes for one build
    flies when all others are looked after and the report is noted.
    """
    setbacks = Setbacks()
    # First the builds, then the slots: who ran then and holds none now has ended, or lost it.
    running = _running(context)
    situation = situation_of(context, now=now)
    held = {slot.build_id for slot in situation.held}
    found = Counter(_looked_after(context, slot, setbacks, now=now) for slot in situation.held)
    found.update(
        _looked_after(context, build, setbacks, now=now)
        for build in running
        if build.build_id not in held
    )
    found.pop(Mended.NOTHING, None)
    counts = {kind.value: number for kind, number in found.items()}
    noted = _note_parked(context)
    report = SweepReport(at=now, slots=len(situation.held), noted=noted, **counts)
    LOG.info("swept: %s", report.as_json())
    context.sweeps.note(report)
    context.functions.invoke_dispatch()
    setbacks.fly()
    return report


def sweep_now(context: Context, principal: Principal, *, now: datetime) -> SweepReport:
    """Has the function sweep at once, and waits for what it says."""
    principal.as_provider()
    report = SweepReport.from_json(context.functions.sweep())
    after = f"{report.mended} of {report.slots} mended"
    context.audit.add(AuditEntry(now, principal.name, Action.SWEEP, "all slots", after=after))
    return report


def last_sweep(context: Context, principal: Principal) -> SweepReport | None:
    """What the last sweep has found; None before the first."""
    principal.as_provider()
    return context.sweeps.last()


def _running(context: Context) -> list[Build]:
    return [
        build
        for state in sorted(HOLDS_SLOT)
        for build in context.builds.of_state(state, limit=_MOST_BUILDS)
    ]


def _looked_after(
    context: Context, left: Slot | Build, setbacks: Setbacks, *, now: datetime
) -> Mended:
    try:
        with setbacks.serving(left.tenant_id, left.build_id):
            if isinstance(left, Slot):
                return _held(context, left, now=now)
            return _without_slot(context, left, now=now)
    except Unavailable as busy:
        LOG.warning("tenant_id=%s build_id=%s: %s", left.tenant_id, left.build_id, busy)
    return Mended.POSTPONED


def _held(context: Context, slot: Slot, *, now: datetime) -> Mended:
    try:
        build = context.builds.get(slot.tenant_id, slot.build_id)
    except NotFound:
        context.scheduling.release_slot(slot)
        return Mended.RELEASED
    if build.state not in HOLDS_SLOT:
        context.scheduling.release_slot(slot)
        return Mended.RELEASED
    if build.state is BuildState.EXECUTING:
        return _executing(context, build, now=now)
    resumed = resume(context, slot, now=now)
    if resumed is not None and resumed.state is BuildState.EXECUTING:
        _executing(context, resumed, now=now)
    return Mended.RESUMED


def _executing(context: Context, build: Build, *, now: datetime) -> Mended:
    status = context.executions.status(build.execution_arn)
    if status is None:
        end_unrun(context, build, BuildState.FAILED, reason=_VANISHED, now=now)
        return Mended.ENDED
    if status in ENDS:
        end_execution(context, build, ENDS[status], build.execution_arn, now=now)
        return Mended.ENDED
    if build.stop_requested_at is not None and status == "Executing":
        stop(context, build)
        return Mended.STOPPED
    return Mended.NOTHING


def _without_slot(context: Context, build: Build, *, now: datetime) -> Mended:
    """The build as it is now: most have simply ended meanwhile."""
    try:
        build = context.builds.get(build.tenant_id, build.build_id)
    except NotFound:
        return Mended.NOTHING
    if build.state is BuildState.EXECUTING:
        return _executing(context, build, now=now)
    if build.state is BuildState.STARTING:
        end_unrun(context, build, BuildState.FAILED, reason=_NEVER_HELD, now=now)
        return Mended.ENDED
    return Mended.NOTHING


def _note_parked(context: Context) -> int:
    """A tenant whose builds stand aside must be noted: dispatch brings back no other's."""
    aside = {build.tenant_id for build in context.builds.parked(limit=_MOST_PARKED)}
    noted = 0
    for tenant_id in sorted(aside):
        state, _ = context.scheduling.read()
        if tenant_id not in state.parked:
            noted += context.scheduling.note_parked(state, tenant_id) is Claim.DONE
    return noted
