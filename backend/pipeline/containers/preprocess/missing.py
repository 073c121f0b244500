"""Responsible for what stands for a missing value."""

MISSING = frozenset(
    {
        "",
        "?",
        "na",
        "n/a",
        "#n/a",
        "#na",
        "<na>",
        "nan",
        "null",
        "none",
        "nil",
        "-",
        "--",
        ".",
        "\\n",
    }
)
# In a target '-' or 'none' may be a class of its own.
MISSING_TARGET = MISSING - {"none", "nil", "-", "--", "."}


def spellings(markers: frozenset[str]) -> list[str]:
    """The markers in the ways people and programs write them."""
    forms = (str, str.upper, str.title, str.capitalize)
    return sorted({form(marker) for marker in markers for form in forms} | {"NaN", "#N/A N/A"})
