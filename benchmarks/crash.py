"""Kills the real code between any two of its steps, and judges what is left by the record.

    python -m benchmarks.crash [--builds 1000] [--seeds 10] [--first-seed N]
                               [--crashes P] [--stalls P] [--duplicates P] [--losses P]
                               [--throttling P] [--keep]

Intake, two dispatchers, recorders and the sweep run as processes of their own against an embedded
cloud and an executor whose executions last a moment. After the storm there is one sweep, then
dispatches until all is quiet. The last line is one JSON object; the exit code is 0 if no build was
lost or doubled, no slot leaked and no limit exceeded.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.crashes.trial import Outcome, Weather, weathered
from benchmarks.ground import say

_LONGEST_TRACE = 60


def main() -> int:
    options = _options().parse_args()
    weather = Weather(
        options.builds,
        crashes=options.crashes,
        stalls=options.stalls,
        duplicates=options.duplicates,
        losses=options.losses,
        throttling=options.throttling,
    )
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    began = time.monotonic()
    outcomes = {}
    for number in range(options.first_seed, options.first_seed + options.seeds):
        outcomes[number] = weathered(weather, str(number), folder / str(number))
        _tell(number, outcomes[number], folder / str(number))
    figures = _summed(outcomes) | {"seconds": round(time.monotonic() - began, 1)}
    faulty = any(outcome.faults.sentences for outcome in outcomes.values())
    if options.keep or faulty:
        figures["folder"] = str(folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(figures) + "\n")
    return 1 if faulty else 0


def _tell(seed: int, outcome: Outcome, folder: Path) -> None:
    say(f"seed {seed}: {outcome.faults.counts}, {outcome.crashes.total()} crashes")
    for sentence in outcome.faults.sentences:
        say(sentence)
    for sentence in outcome.faults.sentences[:3]:
        for line in _trace(sentence, folder):
            say(f"    {line}")


def _trace(sentence: str, folder: Path) -> list[str]:
    """What everybody wrote down of the build a fault names."""
    words = {word.strip(".,:") for word in sentence.split()}
    build_id = next((word for word in words if len(word) == 32), "")
    found = [
        f"{file.name}: {line}"
        for file in sorted((*folder.glob("*.jsonl"), *folder.glob("*.log")))
        for line in file.read_text().splitlines()
        if build_id and build_id in line
    ]
    return found[:_LONGEST_TRACE]


def _summed(outcomes: dict[int, Outcome]) -> dict[str, Any]:
    by_boundary = _total(outcome.crashes for outcome in outcomes.values())
    return {
        **_total(outcome.faults.counts for outcome in outcomes.values()),
        **_total(outcome.counts for outcome in outcomes.values()),
        "crashes": by_boundary.total(),
        "boundaries": dict(sorted(by_boundary.items())),
        "seeds": {
            seed: {
                **outcome.faults.counts,
                **outcome.counts,
                "crashes": outcome.crashes.total(),
                "swept": outcome.swept,
            }
            for seed, outcome in outcomes.items()
        },
    }


def _total(counts: Iterable[dict[str, int]]) -> Counter[str]:
    """Sums by name; a name that only ever counted nothing is kept."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.crash", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--builds", type=_positive, default=1000, help="uploads of each seed")
    parser.add_argument("--seeds", type=_positive, default=10, help="how many storms")
    parser.add_argument("--first-seed", type=int, default=1, help="to look at one storm again")
    parser.add_argument("--crashes", type=_chance, default=0.01, help="at each step boundary")
    parser.add_argument("--stalls", type=_chance, default=0.01, help="at each step boundary")
    parser.add_argument("--duplicates", type=_chance, default=0.05, help="of messages and events")
    parser.add_argument("--losses", type=_chance, default=0.01, help="of events")
    parser.add_argument("--throttling", type=_chance, default=0.03, help="of SageMaker's calls")
    parser.add_argument("--keep", action="store_true", help="keep the folder of records and logs")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


def _chance(text: str) -> float:
    chance = float(text)
    if not 0 <= chance <= 1:
        raise argparse.ArgumentTypeError("give a probability from 0 to 1")
    return chance


if __name__ == "__main__":
    sys.exit(main())
