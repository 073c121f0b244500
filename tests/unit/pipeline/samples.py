"""Small tables to build from, as text."""

import random
from collections.abc import Callable

TOWNS = ("Ulm", "Bonn", "Jena")
HEADER = "age,town,spend,left"


def row(draw: random.Random) -> list[str]:
    age, spend = draw.randint(18, 80), draw.uniform(0, 100)
    return [str(age), draw.choice(TOWNS), f"{spend:.2f}", "yes" if age > 50 else "no"]


def rows(count: int = 60, *, seed: int = 1) -> list[list[str]]:
    draw = random.Random(seed)
    return [row(draw) for _ in range(count)]


def text(body: list[list[str]] | None = None, *, header: str = HEADER, delimiter: str = ",") -> str:
    lines = [header.replace(",", delimiter)] if header else []
    return "\n".join(lines + [delimiter.join(cells) for cells in body or rows()]) + "\n"


def table(body: list[list[str]] | None = None, **given: str) -> bytes:
    return text(body, **given).encode()


def column(name: str, cell: Callable[[int], str], *, count: int = 60, seed: int = 1) -> bytes:
    """The usual table with one more column in front."""
    body = [[cell(n), *cells] for n, cells in enumerate(rows(count, seed=seed))]
    return table(body, header=f"{name},{HEADER}")


def learnable(objective: str, count: int = 400, *, seed: int = 3) -> bytes:
    """A target that follows from a number and a category, but for some noise."""
    draw = random.Random(seed)
    body = []
    for _ in range(count):
        x, z, town = draw.gauss(0, 1), draw.gauss(0, 1), draw.choice(TOWNS)
        y = 2 * x + TOWNS.index(town) + draw.gauss(0, 0.4)
        told = {
            "binary": "yes" if y > 1 else "no",
            "multiclass": "low" if y < 0 else "middle" if y < 2 else "high",
            "regression": f"{100 + 10 * y:.3f}",
        }[objective]
        body.append([f"{x:.4f}", f"{z:.4f}", town, told])
    return table(body, header="x,z,town,outcome")


def noise(objective: str, count: int = 300, *, seed: int = 5) -> bytes:
    """A target that follows from nothing."""
    draw = random.Random(seed)
    body = [
        [
            f"{draw.gauss(0, 1):.4f}",
            draw.choice(TOWNS),
            f"{draw.gauss(0, 1):.3f}" if objective == "regression" else draw.choice("abc"[:count]),
        ]
        for _ in range(count)
    ]
    if objective == "binary":
        body = [[*cells[:2], draw.choice(["no", "yes"])] for cells in body]
    return table(body, header="x,town,outcome")
