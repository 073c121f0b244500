"""Responsible for a tier's slots as a bar: whose each is, and whether a build runs in it."""

from html import escape

from backend.queues import TierLine
from portal.charts import Palette

# More slots than this would be too narrow to count, so each kind becomes one piece.
COUNTABLE = 24
_LOOK = "height:12px;border-radius:4px;box-sizing:border-box;min-width:3px"


def slots(line: TierLine) -> dict[str, int]:
    """The pieces of the bar, each kind with its number of slots, in the order they are drawn."""
    own = min(len(line.running), line.limit)
    return {
        "own": own,
        "borrowed": line.loan.borrowed,
        "lent": line.loan.lent,
        "idle": max(0, line.limit - own - line.loan.lent),
    }


def in_words(line: TierLine) -> str:
    """The same as a sentence reads it: "2 of 2 own, 1 borrowed"."""
    told = f"{min(len(line.running), line.limit)} of {line.limit} own"
    if line.loan.borrowed:
        told += f", {line.loan.borrowed} borrowed"
    return f"{told}, {line.loan.lent} lent" if line.loan.lent else told


def drawn(line: TierLine, palette: Palette) -> str:
    """HTML in mid tones that stand out on every theme's ground."""
    counts = slots(line)
    looks = {
        "own": f"background:{palette.of(0)}",
        "borrowed": f"background:{palette.of(2)}",
        "lent": f"background:repeating-linear-gradient(135deg,{palette.neutral} 0 3px,"
        f"transparent 3px 7px);border:1px solid {palette.neutral}",
        "idle": f"border:1px solid {palette.neutral}",
    }
    countable = sum(counts.values()) <= COUNTABLE
    pieces = "".join(
        f'<span style="{_LOOK};flex:1;{looks[kind]}"></span>' * count
        if countable
        else f'<span style="{_LOOK};flex:{count};{looks[kind]}"></span>' * bool(count)
        for kind, count in counts.items()
    )
    label = escape(in_words(line), quote=True)
    return f'<div role="img" aria-label="{label}" style="display:flex;gap:3px">{pieces}</div>'
