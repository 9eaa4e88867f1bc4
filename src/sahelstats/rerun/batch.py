"""What ``make`` runs: all that is out of date in one process, one make at a time.

make has a rule for each notebook, which knows what it depends on and what a failure of it stops.
But a process for each pays its start and its imports again. So one process goes ahead and leaves,
in a folder of its own for each make, the exit code of every notebook and page for its rule.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sahelstats.files import try_lock
from sahelstats.paths import BUILD, ROOT
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.inputs import stale
from sahelstats.rerun.jobs import Job, Result
from sahelstats.rerun.lifeline import is_running
from sahelstats.rerun.together import run_shown

LOCK = BUILD / "make.lock"


def bring_up_to_date(
    verdicts: Path, write_page: Callable[[str], None] | None, workers: int = 0
) -> None:
    """Run the notebooks and render the pages that are out of date.

    Parameters
    ----------
    verdicts : Path
        Folder for the exit codes: a file for each notebook, and ``STEM.html`` for each page.
    write_page : callable or None
        Renders the page of a notebook; None when pages are not asked for.
    workers : int
        How many notebooks at once; 0 for as many as there are cores.
    """
    for folder in [verdicts, *_of_dead_makes(verdicts.parent)]:
        shutil.rmtree(folder, ignore_errors=True)
    verdicts.mkdir(parents=True)
    with _alone():
        # Only now: the other make may have done it all.
        notebooks, pages = stale(ROOT)
        for copy in (BUILD / "inputs" / "notebooks").glob("*.ipynb"):
            if copy.stem not in notebooks:
                _note(verdicts / copy.stem, 0)

        def render(stem: str) -> None:
            if write_page is not None:
                _note(verdicts / f"{stem}.html", _rendered(stem, write_page))

        def on_result(result: Result) -> None:
            _note(verdicts / result.job.stem, int(bool(result.error)))
            if not result.error:
                render(result.job.stem)

        if notebooks:
            run_shown([Job(stem) for stem in notebooks], workers, on_result=on_result)
        for stem in pages:
            render(stem)


def _rendered(stem: str, write_page: Callable[[str], None]) -> int:
    """Render a page; return its exit code."""
    try:
        write_page(stem)
    except (RerunError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _of_dead_makes(top: Path) -> list[Path]:
    """Return the folders of makes that have ended; each is called by a process id."""
    if not top.is_dir() or os.name != "posix":
        return []
    return [folder for folder in top.iterdir() if not is_running(int(folder.name))]


def _note(verdict: Path, code: int) -> None:
    verdict.write_text(f"{code}\n", encoding="ascii")


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other make runs notebooks in this clone, and say so."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a+", encoding="ascii") as stream:
        if try_lock(stream.fileno()) is False:
            stream.seek(0)
            other = stream.read().strip()
            process = f" (process {other})" if other else ""
            print(f"Another make runs here{process}; waiting for it to end.", file=sys.stderr)
            sys.stderr.flush()
            try_lock(stream.fileno(), wait=True)
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield
