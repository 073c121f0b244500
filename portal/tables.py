"""Responsible for lists of domain values as tables: what each column says and how it looks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import pandas as pd
import streamlit as st

from backend.domain.audit import AuditEntry
from backend.domain.build import Build, BuildState, Result
from backend.domain.explanation import Explanation
from backend.domain.removal import Removal
from backend.domain.tenant import Tenant
from portal import format as show
from portal import words

_ROWS_SHOWN, _HEIGHT_SHOWN = 20, 740


def builds(
    found: Sequence[Build], told: Mapping[str, Explanation], *, now: datetime
) -> pd.DataFrame:
    """One row a build, in the order given; `told` explains those that wait, by build id."""
    return pd.DataFrame(
        [
            {
                "File": build.upload.file_name,
                "State": [words.look_of(build).word],
                "What happened": what_happened(build, told.get(build.build_id), now=now),
                "Requested": naive(build.requested_at),
                "Took": took(build, now=now),
                "Algorithm": build.choices.algorithm,
                "Target": build.choices.target or "last column",
            }
            for build in found
        ]
    )


def build_columns(key: str) -> dict[str, Any]:
    looks = [*(words.BUILD[state] for state in BuildState), words.STOPPING]
    return {
        "File": name_column("File", key),
        "State": st.column_config.MultiselectColumn(
            "State", options=[look.word for look in looks], color=[look.colour for look in looks]
        ),
        "What happened": st.column_config.TextColumn("What happened", width=300),
        "Requested": time_column("Requested"),
        "Took": st.column_config.TextColumn("Took", alignment="right"),
    }


def what_happened(build: Build, told: Explanation | None, *, now: datetime) -> str:
    """The one thing worth knowing about a build, in a few words."""
    match build.state:
        case BuildState.WAITING:
            return words.standing_in_short(told, now=now) if told else "Joining the line"
        case BuildState.STARTING | BuildState.EXECUTING if build.stop_requested_at:
            return "Asked to stop"
        case BuildState.STARTING | BuildState.EXECUTING:
            return "In the making"
        case BuildState.SUCCEEDED if build.result:
            return f"{show.share(build.result.skill)} better than the baseline"
    return build.reason or ""


def took(build: Build, *, now: datetime) -> str:
    """How long the build has been or was in the making; nothing before its start."""
    if build.started_at is None:
        return ""
    return show.duration((build.ended_at or now) - build.started_at)


def metrics(result: Result) -> pd.DataFrame:
    """The model's figures beside the baseline's, and which of the two is better."""
    baseline = result.baseline_metrics
    return pd.DataFrame(
        [
            {
                "Metric": words.METRIC.get(name, name.replace("_", " ").capitalize()),
                "This model": show.number(result.metrics[name]),
                "Baseline": show.number(baseline[name]) if name in baseline else "",
                "Better": _better(name, result.metrics[name], baseline.get(name)),
            }
            for name in words.in_order(result.metrics)
        ]
    )


def changes(found: Sequence[AuditEntry]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "When": naive(entry.at),
                "Who": entry.actor,
                "What": entry.action.value,
                "Of": entry.subject,
                "Before": entry.before,
                "After": entry.after,
            }
            for entry in found
        ]
    )


def change_columns() -> dict[str, Any]:
    return {"When": time_column("When")}


def tenants(found: Sequence[Tenant]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Tenant": tenant.name,
                "Status": [tenant.status.value],
                "Id": tenant.tenant_id,
                "Tier": tenant.tier,
                "Since": naive(tenant.created_at),
                "First user": tenant.first_user,
                "Note": tenant.failure or "",
            }
            for tenant in found
        ]
    )


def removals(found: Sequence[Removal]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Thing": removal.kind,
                "Name": removal.name,
                "Became of it": removal.outcome.value,
                "Note": removal.detail,
            }
            for removal in found
        ]
    )


def tenant_columns(key: str) -> dict[str, Any]:
    looks = list(words.TENANT.values())
    return {
        "Tenant": name_column("Tenant", key),
        "Status": st.column_config.MultiselectColumn(
            "Status", options=[look.word for look in looks], color=[look.colour for look in looks]
        ),
        "Since": time_column("Since"),
    }


def pressed(key: str) -> str | None:
    """The id of the row whose name was pressed, in the table as it stood when that was done."""
    click = st.session_state.get(key)
    return st.session_state[f"{key}-ids"][click.row] if click else None


def height_of(rows: int) -> Literal["content"] | int:
    """As high as its rows, or as twenty of them where there are more."""
    return "content" if rows <= _ROWS_SHOWN else _HEIGHT_SHOWN


def remember(key: str, ids: Sequence[str]) -> None:
    """Keeps which row is whose: a live table may have moved on before a press arrives."""
    st.session_state[f"{key}-ids"] = list(ids)


def name_column(label: str, key: str) -> Any:
    """The name is what is pressed to open the row's own page."""
    return st.column_config.ButtonColumn(label, key=key, alignment="left", pinned=True)


def time_column(label: str) -> Any:
    """Times on the reader's clock."""
    zone = st.context.timezone or "UTC"
    return st.column_config.DatetimeColumn(label, format="D MMM, HH:mm", timezone=zone)


def naive(at: datetime) -> datetime:
    """UTC without saying so, which Streamlit takes it for: pandas deprecates the zoned way."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _better(metric: str, model: float, baseline: float | None) -> str:
    if baseline is None or model == baseline:
        return ""
    ahead = model < baseline if metric in words.LOWER_IS_BETTER else model > baseline
    return "Model" if ahead else "Baseline"
