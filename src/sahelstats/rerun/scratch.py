"""Folders among the system's temporary ones, and the removal of those whose process was killed.

Each holds a file that its process keeps locked. The system frees the lock when the process ends,
however that ends, and the next one that needs a folder clears up. Process ids would not do: they
are given again, and containers that share the folder do not share the numbers.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sahelstats.files import try_lock
from sahelstats.rerun.lifeline import is_running

_PREFIX = "sahelstats-"
_MARK = ".owner"
#: Seconds after which a folder without a lock is taken for one of a process that is gone.
_DAY = 24 * 3600.0

#: Folder -> the open file that is locked as long as it is in use.
_held: dict[str, int] = {}


@contextlib.contextmanager
def temporary_folder() -> Iterator[str]:
    """Make a folder with a short name, and remove it afterwards.

    Yields
    ------
    str
        Its path; nobody else can look into it.
    """
    folder = make_folder()
    try:
        yield folder
    finally:
        remove_folder(folder)


def make_folder() -> str:
    """Make a folder with a short name, after removing those whose process was killed.

    Returns
    -------
    str
        Its path; ``remove_folder`` removes it.
    """
    _clear_up()
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
    mark = os.path.join(folder, _MARK)
    handle = os.open(f"{mark}.part", os.O_RDWR | os.O_CREAT, 0o600)
    try_lock(handle)
    os.rename(f"{mark}.part", mark)  # only now: nobody must meet it unlocked
    _held[folder] = handle
    return folder


def remove_folder(folder: str) -> None:
    """Remove a folder that ``make_folder`` made.

    Parameters
    ----------
    folder : str
        Its path.
    """
    handle = _held.pop(folder, None)
    if handle is not None and os.name != "posix":
        os.close(handle)  # there a file that is open cannot be removed
    shutil.rmtree(folder, ignore_errors=True)
    if handle is not None and os.name == "posix":
        os.close(handle)


def _clear_up() -> None:
    """Remove the folders of processes that are gone; whatever cannot be judged stays."""
    if os.name != "posix":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.split("-")[1]
        with contextlib.suppress(OSError):
            if number.isdigit() and _is_own(folder) and _is_left(folder, int(number)):
                shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    """Return whether it is really a folder, and of this user."""
    found = folder.lstat()
    return folder.is_dir() and not folder.is_symlink() and found.st_uid == os.getuid()


def _is_left(folder: Path, pid: int) -> bool:
    """Return whether nobody uses a folder any more."""
    try:
        handle = os.open(folder / _MARK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        free = None  # of an earlier version, or of a process that was killed at once
    else:
        try:
            free = try_lock(handle)
        finally:
            os.close(handle)
    if free is not None:
        return free
    return time.time() - folder.stat().st_mtime > _DAY and not is_running(pid)
