"""The folders that runs write into, and the removal of those whose runner is dead."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sahelstats.files import locked, try_lock
from sahelstats.paths import BUILD

RUNS = "runs"
_MARK = ".lock"

#: Where the system has no locks, a folder as old as this is taken for one of a dead runner.
_DAY = 24 * 3600.0


@contextlib.contextmanager
def run_folder(stem: str) -> Iterator[Path]:
    """Give a run a folder of its own, and remove it afterwards.

    Parameters
    ----------
    stem : str
        The notebook.

    Yields
    ------
    Path
        An empty folder. Beside it lies a file that is locked as long as the run lasts: the system
        frees the lock when the process ends, however that ends, and the next run clears up.
    """
    runs = BUILD / RUNS
    runs.mkdir(parents=True, exist_ok=True)
    with locked(BUILD / "publishing.lock"):
        _remove_dead(runs)
        handle, name = tempfile.mkstemp(prefix=f"{stem}-", suffix=_MARK, dir=runs)
        mark = Path(name)
        try_lock(handle)
        folder = mark.with_suffix("")
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)
        mark.unlink(missing_ok=True)


def _remove_dead(runs: Path) -> None:
    """Remove what runs have left that ended before they could clear up."""
    marked = {path.with_suffix("") for path in runs.glob(f"*{_MARK}")}
    for folder in marked | {path for path in runs.iterdir() if path.is_dir()}:
        mark = folder.with_name(folder.name + _MARK)
        if _is_dead(mark):
            shutil.rmtree(folder, ignore_errors=True)
            mark.unlink(missing_ok=True)


def _is_dead(mark: Path) -> bool:
    """Return whether nobody holds the mark of a run any more."""
    try:
        handle = os.open(mark, os.O_RDWR)
    except OSError:
        return True
    try:
        free = try_lock(handle)
        return free if free is not None else time.time() - os.fstat(handle).st_mtime > _DAY
    finally:
        os.close(handle)
