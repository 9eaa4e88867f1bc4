"""Several files written as one: whoever is killed in the middle leaves all old or all new.

A single file is replaced in one step by a rename; several are not. Hence four stages:

1. every new file is written beside the old one (``.claims.csv.sahelstats-new``) and forced to disk;
2. a journal (``.sahelstats-journal.json``) with the name and checksum of each is written the same
   way and renamed into place: **this one rename decides**;
3. the new files are renamed over the old ones;
4. the journal is removed.

A run that dies before the journal stands has changed nothing: `recover` throws the new files away.
One that dies later has decided: `recover` does the renames that are left. Every command that reads
or writes the tables begins with `recover`, and all of this happens under a lock on the folder that
the system releases when its holder dies, so that nobody tidies up behind a run that still works.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".sahelstats-new"
JOURNAL = ".sahelstats-journal.json"


class TransactionError(RuntimeError):
    """An interrupted write that can be neither completed nor undone."""


@contextmanager
def exclusive(folder: Path | str) -> Iterator[None]:
    """Hold a folder alone, with whatever an interrupted write left behind put right first.

    Parameters
    ----------
    folder : Path or str
        Folder with the files.

    Yields
    ------
    None
        While the lock is held; another process that wants it waits.

    Raises
    ------
    TransactionError
        As `recover` does.

    Examples
    --------
    >>> import tempfile
    >>> with exclusive(tempfile.mkdtemp()):
    ...     pass
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems have no locks; one writer at a time is safe without.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        _recover(Path(folder))
        yield
    finally:
        os.close(handle)


def recover(folder: Path | str) -> str:
    """Complete or undo what an interrupted `write_together` left in a folder.

    A journal that stands names the renames that were decided on: those not yet done are done, and
    the journal is removed. Without a journal nothing was decided: new files that lie about are
    removed. Killed itself, it is simply called again.

    Parameters
    ----------
    folder : Path or str
        Folder with the files; one that does not exist needs nothing.

    Returns
    -------
    str
        What was done, in a sentence; empty when there was nothing to do.

    Raises
    ------
    TransactionError
        When a new file that the journal names is gone or is not what was written.

    Examples
    --------
    >>> import tempfile
    >>> recover(tempfile.mkdtemp())
    ''
    """
    folder = Path(folder)
    # Most starts find a tidy folder, which may belong to somebody else and be read-only.
    if not folder.is_dir() or not _leftovers(folder):
        return ""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        return _recover(folder)
    finally:
        os.close(handle)


def write_together(folder: Path | str, files: Mapping[str, bytes]) -> None:
    """Replace several files of a folder, all or none; to be called within `exclusive`.

    Parameters
    ----------
    folder : Path or str
        Folder with the files.
    files : mapping of str to bytes
        File name -> new content.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with exclusive(folder):
    ...     write_together(folder, {"a.csv": b"1", "b.csv": b"2"})
    >>> sorted(path.name for path in folder.iterdir())
    ['a.csv', 'b.csv']
    """
    folder = Path(folder)
    for name, content in files.items():
        _write_through(folder / _new_name(name), content)
    _sync_folder(folder)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    _write_through(folder / _new_name(JOURNAL), json.dumps(sums).encode())
    os.replace(folder / _new_name(JOURNAL), folder / JOURNAL)
    _sync_folder(folder)
    _finish(folder, sums)


def _new_name(name: str) -> str:
    """Return what a file is called before it takes its place."""
    return f".{name.lstrip('.')}{SUFFIX}"


def _leftovers(folder: Path) -> list[str]:
    """Return the names of files that only an interrupted write leaves behind."""
    names = sorted(os.listdir(folder))
    return [name for name in names if name == JOURNAL or name.endswith(SUFFIX)]


def _recover(folder: Path) -> str:
    """Do what `recover` says, with the folder held."""
    left = _leftovers(folder)
    if JOURNAL in left:
        with open(folder / JOURNAL, encoding="utf-8") as stream:
            sums = json.load(stream)
        _finish(folder, sums)
        return f"Completed an interrupted write of {', '.join(sums)}."
    for name in left:
        os.unlink(folder / name)
    return "Undid an interrupted write: the tables are as they were before it." if left else ""


def _finish(folder: Path, sums: Mapping[str, str]) -> None:
    """Do the renames that the journal names and are not done yet, then remove it."""
    for name, checksum in sums.items():
        new = folder / _new_name(name)
        # A run killed between two renames has done some: their new file is the file itself.
        place = new if new.exists() else folder / name
        if not place.exists() or _checksum(place) != checksum:
            raise TransactionError(
                f"{folder / name}: an interrupted write cannot be completed, its new content is "
                f"gone. Restore the folder from git and remove {folder / JOURNAL}."
            )
        if place == new:
            os.replace(new, folder / name)
    _sync_folder(folder)
    os.unlink(folder / JOURNAL)
    _sync_folder(folder)


def _checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_through(path: Path, content: bytes) -> None:
    """Write a file and force it to disk."""
    # Created with the mode that open() gives, so that the umask of the user applies.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk: a rename is safe only then."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
