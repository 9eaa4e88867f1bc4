"""The browser of the system, for printing pages and for the tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: Names it may have, the free ones first.
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
#: Names another one.
VARIABLE = "SAHELSTATS_BROWSER"

#: Nothing that asks the network or the machine for anything.
QUIET = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--no-default-browser-check",
)  # fmt: skip

MISSING = (
    "No browser was found to print with. Install Chromium (Debian: apt-get install chromium), or"
    f" name a browser of its family: {VARIABLE}=/path/to/it. The HTML pages need none."
)


def find_browser() -> str:
    """Return the path of a browser of the Chromium family, empty where there is none.

    Returns
    -------
    str
        What ``SAHELSTATS_BROWSER`` names, or the first that is found.
    """
    if named := os.environ.get(VARIABLE):
        return shutil.which(named) or ""
    found = (shutil.which(name) for name in NAMES)
    installed = (path for path in APPLICATIONS if Path(path).exists())
    return next((path for path in found if path), None) or next(installed, "")


def quiet_options() -> list[str]:
    """Return the options under which it asks nothing of the network.

    Returns
    -------
    list of str
        Command line options; root may run it only outside its sandbox.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*QUIET, *(["--no-sandbox"] if root else [])]
