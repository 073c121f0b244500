"""Responsible for `python -m portal`: serves the portal at its URL's port.

Under a loopback name it listens there alone; under any other a proxy brings the requests.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from backend.context import Context
from portal import server
from portal.headers import LOOPBACK

PORT = 8501


def main() -> None:
    # Streamlit reads .streamlit/config.toml from the working directory.
    os.chdir(Path(__file__).resolve().parents[1])
    context = Context.from_environment()
    address = urlsplit(context.settings.portal_url)
    config: dict[str, object] = {"server.port": address.port or PORT}
    if address.hostname in LOOPBACK:
        config["server.address"] = "127.0.0.1"
    server.app(context).run(config=config)


if __name__ == "__main__":
    main()
