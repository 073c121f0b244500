"""Responsible for telling a tenant what was done to the file, in words and numbers."""

from typing import Any

from goal import Goal, Objective
from split import Split
from table import Table
from transform import Fitted, Kind


def report_of(
    table: Table, goal: Goal, plans: list[Fitted], rows: dict[Split, int], copies: int
) -> dict[str, Any]:
    dropped = table.dropped | goal.dropped
    return {
        "rows_read": table.rows_read,
        "rows_dropped": [
            {"reason": reason, "rows": count} for reason, count in dropped.items() if count
        ],
        "rows": {split.name.lower(): count for split, count in rows.items()},
        "target": goal.name,
        "objective": goal.objective,
        "classes": goal.classes,
        "format": table.format,
        "delimiter": table.delimiter,
        "encoding": table.encoding,
        "columns": [_column(plan) for plan in plans],
        "copies": copies,
        "warnings": table.warnings + _warnings(table, goal, copies),
    }


def treatment(plan: Fitted) -> str:
    """How one column is used, as a person would say it."""
    absence = "; missing values are marked" if plan.get("absence") else ""
    match Kind(plan["kind"]):
        case Kind.NUMERIC:
            comma = " with decimal commas" if plan["decimal"] == "," else ""
            return f"used as a number{comma}{_gaps(plan)}"
        case Kind.BOOLEAN:
            return f"used as 1 for '{plan['true']}' and 0 for '{plan['false']}'{_gaps(plan)}"
        case Kind.DATE:
            told = ", ".join(plan["medians"])
            return f"read as a date ({plan['format']}) and used as {told}{absence}"
        case Kind.CATEGORY:
            rare = f", {plan['rare']:,} rare ones taken together" if plan["rare"] else ""
            return f"used as {len(plan['categories']):,} categories{rare}{absence}"
    return f"left out: {plan['reason']}"


def _gaps(plan: Fitted) -> str:
    return f"; missing values are {plan['medians']['']:.6g} and marked" if plan["absence"] else ""


def _column(plan: Fitted) -> dict[str, str]:
    return {"name": plan["name"], "kind": plan["kind"], "treatment": treatment(plan)}


def _warnings(table: Table, goal: Goal, copies: int) -> list[str]:
    told = []
    lost = table.rows_read - int(goal.usable.sum())
    if lost > 0.1 * table.rows_read:
        told.append(f"{lost:,} of {table.rows_read:,} rows could not be used.")
    if copies:
        told.append(f"Exact copies of other rows: {copies:,}. Copies stay in one split.")
    if goal.objective is Objective.BINARY:
        told += _lopsided(goal)
    return told


def _lopsided(goal: Goal) -> list[str]:
    positive = int((goal.labels == 1).sum())
    share = positive / int(goal.usable.sum())
    if 0.02 <= share <= 0.98:
        return []
    return [f"Only {min(share, 1 - share):.1%} of the rows are of the rarer class."]
