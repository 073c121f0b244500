"""Deploys to whatever AWS the environment names: python -m backend.deploy [--portal-url URL]"""

import argparse
import sys

from backend.aws.reach import reached
from backend.context import Context
from backend.deploy.deployment import deploy
from backend.domain.errors import BackendError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m backend.deploy", description=__doc__)
    parser.add_argument(
        "--portal-url",
        type=lambda url: url.rstrip("/"),
        help="where people reach the portal; kept from the last time if not given",
    )
    parser.add_argument(
        "--alarm-topic",
        metavar="ARN",
        help="the SNS topic that alarms tell of; an empty one ends that, kept if not given",
    )
    given = parser.parse_args()
    try:
        with reached():
            outputs = deploy(
                Context.from_environment(),
                portal_url=given.portal_url,
                alarm_topic=given.alarm_topic,
            )
    except BackendError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    sys.stdout.write(f"Deployed for the portal at {outputs['PortalUrl']}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
