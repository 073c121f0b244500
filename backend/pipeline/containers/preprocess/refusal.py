"""Responsible for the one exception that a tenant is told about."""


class Refused(Exception):
    """A file no model can be built from; the text names the fault and the remedy."""


def quoted(names: list[str], most: int = 30) -> str:
    """Names as a sentence lists them, the end of a long list left out."""
    told = ", ".join(f"'{name}'" for name in names[:most])
    return told if len(names) <= most else f"{told} and {len(names) - most} more"


def share_of(count: int, total: int) -> str:
    return f"{count:,} of {total:,} rows"
