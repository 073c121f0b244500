"""Responsible for plain words: what states, metrics and pipeline steps are called on a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from backend.domain.build import Build, BuildState
from backend.domain.choices import Objective
from backend.domain.cost_tag import TagStatus
from backend.domain.explanation import Explanation
from backend.domain.invoice import InvoiceStatus
from backend.domain.model_version import ApprovalStatus
from backend.domain.tenant import TenantStatus
from portal import format as show


@dataclass(frozen=True, slots=True)
class Look:
    """A word with the colour and icon it wears."""

    word: str
    colour: str
    icon: str

    @property
    def badge(self) -> str:
        """Markdown for a badge."""
        return f":{self.colour}-badge[{self.icon} {self.word}]"


BUILD: dict[BuildState, Look] = {
    BuildState.WAITING: Look("Waiting", "gray", ":material/hourglass_top:"),
    BuildState.STARTING: Look("Starting", "blue", ":material/rocket_launch:"),
    BuildState.EXECUTING: Look("Executing", "blue", ":material/progress_activity:"),
    BuildState.SUCCEEDED: Look("Succeeded", "green", ":material/check_circle:"),
    BuildState.FAILED: Look("Failed", "red", ":material/error:"),
    BuildState.STOPPED: Look("Stopped", "orange", ":material/stop_circle:"),
    BuildState.REJECTED: Look("Rejected", "red", ":material/block:"),
}
# Not a state of its own: SageMaker has been asked to stop what runs.
STOPPING = Look("Stopping", "orange", ":material/stop_circle:")
APPROVAL: dict[ApprovalStatus, Look] = {
    ApprovalStatus.PENDING: Look("Waiting for approval", "orange", ":material/pending:"),
    ApprovalStatus.APPROVED: Look("Approved", "green", ":material/verified:"),
    ApprovalStatus.REJECTED: Look("Rejected", "red", ":material/block:"),
}
TENANT: dict[TenantStatus, Look] = {
    TenantStatus.ONBOARDING: Look("Onboarding", "orange", ":material/pending:"),
    TenantStatus.ACTIVE: Look("Active", "green", ":material/check_circle:"),
    TenantStatus.SUSPENDED: Look("Suspended", "gray", ":material/pause_circle:"),
    TenantStatus.OFFBOARDING: Look("Offboarding", "orange", ":material/pending:"),
    TenantStatus.OFFBOARDED: Look("Offboarded", "gray", ":material/inventory_2:"),
}
TAG: dict[TagStatus, Look] = {
    TagStatus.UNSEEN: Look("Not seen", "gray", ":material/hourglass_top:"),
    TagStatus.INACTIVE: Look("Inactive", "red", ":material/block:"),
    TagStatus.PENDING: Look("Pending", "orange", ":material/pending:"),
    TagStatus.ACTIVE: Look("Active", "green", ":material/check_circle:"),
}
INVOICE: dict[InvoiceStatus, Look] = {
    InvoiceStatus.DRAFT: Look("Draft", "orange", ":material/edit_note:"),
    InvoiceStatus.FINAL: Look("Final", "green", ":material/verified:"),
}
# SageMaker's words for a pipeline step.
STEP: dict[str, Look] = {
    "Starting": Look("starting", "blue", ":material/progress_activity:"),
    "Executing": Look("running", "blue", ":material/progress_activity:"),
    "Succeeded": Look("done", "green", ":material/check_circle:"),
    "Failed": Look("failed", "red", ":material/error:"),
    "Stopping": Look("stopping", "orange", ":material/stop_circle:"),
    "Stopped": Look("stopped", "orange", ":material/stop_circle:"),
}
STEP_MEANING = {
    "Preprocess": "Cleans the file, splits it, prepares the columns",
    "Train": "Trains the model on the training split",
    "Tune": "Tries several settings and keeps the best",
    "Evaluate": "Measures the model on rows it has never seen",
    "CheckSkill": "Compares it with the baseline",
    "Register": "Adds the model to your registry",
    "RecordBuild": "Writes the result down",
    "RecordRefused": "Writes the result down",
    "BelowBaseline": "Refuses a model that is no better than guessing",
}
PAUSED = Look("Paused", "red", ":material/pause_circle:")
TO_COME = Look("to come", "gray", ":material/radio_button_unchecked:")
_FIRST, _LAST = ("Preprocess",), ("Evaluate", "CheckSkill", "Register", "RecordBuild")


def look_of(build: Build) -> Look:
    """How the build's state looks; one that has been asked to stop is stopping until it has."""
    if build.stop_requested_at is not None and not build.state.is_final:
        return STOPPING
    return BUILD[build.state]


def standing(told: Explanation, *, now: datetime) -> str:
    """Where a waiting build stands and when it starts, with what that rests on, and why it waits.

    "3rd in line · starts in about 4 min (from 14 past builds of about this size) · basic: 2 of 2
    slots running".
    """
    parts = [_place(told)]
    if told.starts_at is not None:
        parts.append(f"{start_of(told, now=now)} ({told.basis})")
    return " · ".join([*parts, told.reason])


def standing_in_short(told: Explanation, *, now: datetime) -> str:
    """The same for a line of a list: when it starts, or else why it does not."""
    then = told.reason if told.starts_at is None else start_of(told, now=now)
    return f"{_place(told)}, {then}"


def start_of(told: Explanation, *, now: datetime) -> str:
    """When a build starts, for one whose start can be told."""
    return f"starts in {show.roughly((told.starts_at or now) - now)}"


def expected_steps(*, tuned: bool) -> tuple[str, ...]:
    """The steps of a build that goes well."""
    return (*_FIRST, "Tune" if tuned else "Train", *_LAST)


OBJECTIVE: dict[Objective, str] = {
    Objective.AUTO: "Decide from the data",
    Objective.BINARY: "One of two outcomes",
    Objective.MULTICLASS: "One of several classes",
    Objective.REGRESSION: "A number",
}
# In the order in which they are read; what is first says most.
METRIC = {
    "auc": "AUC",
    "accuracy": "Accuracy",
    "f1": "F1",
    "macro_f1": "F1, mean of the classes",
    "precision": "Precision",
    "recall": "Recall",
    "log_loss": "Log loss",
    "r2": "R²",
    "mae": "Mean absolute error",
    "rmse": "Root mean squared error",
    "mse": "Mean squared error",
}
LOWER_IS_BETTER = frozenset({"log_loss", "mae", "mse", "rmse"})
SKILL = (
    "The share of the baseline's error that the model takes away, measured on rows it has never "
    "seen: 0 % is no better than guessing, 100 % is perfect."
)


def in_order(metrics: Iterable[str]) -> list[str]:
    """The metrics as they are read, those without a word of ours last."""
    known = list(METRIC)
    return sorted(metrics, key=lambda name: (known.index(name) if name in METRIC else 99, name))


def _place(told: Explanation) -> str:
    return "Next in line" if told.position == 1 else f"{show.ordinal(told.position)} in line"
