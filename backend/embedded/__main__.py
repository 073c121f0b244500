"""Starts the embedded cloud:

python -m backend.embedded [--port N] [--state DIR] [--jobs N] [--tag-activation SECONDS]
"""

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

from backend.embedded import claims
from backend.embedded.place import CannotStart, check_engines, prepare_environment

_PORTS = range(1, 65536)
# AWS says up to 24 hours.
_TAG_ACTIVATION_SECONDS = 24 * 3600


def main() -> int:
    options = _options()
    state = options.state.absolute()
    try:
        check_engines()
        with claims.port(options.port) as listener, claims.state(state, options.port):
            prepare_environment(options.port, state)
            # ministack and moto read the environment, and make folders, when they are imported.
            from backend.embedded import endpoint

            endpoint.serve(listener, state, options.jobs, options.tag_activation)
    except CannotStart as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m backend.embedded", description=__doc__)
    parser.add_argument("--port", type=_port, default=4566, help="where it listens (4566)")
    parser.add_argument("--state", type=Path, default=Path(".embedded"), help="what outlives it")
    parser.add_argument("--jobs", type=_jobs, default=os.cpu_count(), help="jobs run at once")
    parser.add_argument(
        "--tag-activation",
        type=_seconds,
        default=timedelta(seconds=_TAG_ACTIVATION_SECONDS),
        metavar="SECONDS",
        help=f"from a tag's activation until costs show it ({_TAG_ACTIVATION_SECONDS}, as in AWS)",
    )
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) not in _PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535.")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of jobs: give 1 or more.")
    return int(text)


def _seconds(text: str) -> timedelta:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give whole seconds, 0 or more.")
    return timedelta(seconds=int(text))


if __name__ == "__main__":
    sys.exit(main())
