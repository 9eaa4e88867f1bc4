"""PDF of each report, by the print of a headless browser."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sahelstats.paths import shown
from sahelstats.report.browser import MISSING, find_browser, quiet_options
from sahelstats.rerun.contract import find_stem, stems
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.publishing import Places

#: Longest that one page may take, in seconds.
PATIENCE = 120


def print_pages(places: Places, names: Sequence[str] = ()) -> list[Path]:
    """Print pages as PDF beside them.

    Parameters
    ----------
    places : Places
        Where the pages are.
    names : sequence of str
        Notebooks by stem or number, or ``index``; the index and all notebooks when empty.

    Returns
    -------
    list of Path
        The PDF of each page; one that is newer than its page is left as it is.

    Raises
    ------
    RerunError
        When there is no browser, a page is missing, or the browser fails.
    """
    browser = find_browser()
    if not browser:
        raise RerunError(MISSING)
    wanted = [name if name == "index" else find_stem(name) for name in names]
    pages = [places.reports / f"{name}.html" for name in wanted or ["index", *stems()]]
    if missing := [shown(page) for page in pages if not page.exists()]:
        raise RerunError(f"there is no page to print: {', '.join(missing)}. `make` first")
    return [_printed(browser, page) for page in pages]


def _printed(browser: str, page: Path) -> Path:
    """Print one page, unless its PDF is newer."""
    target = page.with_suffix(".pdf")
    if target.exists() and target.stat().st_mtime_ns > page.stat().st_mtime_ns:
        return target
    with tempfile.TemporaryDirectory(
        prefix=".pdf-", dir=page.parent, ignore_cleanup_errors=True
    ) as folder:
        made = Path(folder) / "page.pdf"
        command = [
            browser, *quiet_options(), f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer", f"--print-to-pdf={made}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RerunError(f"{browser} could not print {shown(page)}: {error}") from None
        if done.returncode or not made.exists() or made.read_bytes()[:5] != b"%PDF-":
            last = "\n".join(done.stderr.strip().splitlines()[-3:])
            raise RerunError(f"{browser} could not print {shown(page)}.", [last] if last else [])
        os.replace(made, target)
    return target
