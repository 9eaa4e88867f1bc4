"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def write_atomic(path: Path, content: str | bytes, *, lasting: bool = True) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : Path
        Where to write; its folder is made when missing.
    content : str or bytes
        Text is written as UTF-8 with the line ends it has.
    lasting : bool
        Whether it shall outlast a power cut, which takes as long as writing it to the disk.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_atomic(target, "one")
    >>> target.read_text()
    'one'
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    write_blocks(path, [data], lasting=lasting)


def write_blocks(path: Path, blocks: Iterable[str | bytes], *, lasting: bool = True) -> None:
    """Write a file block by block, whole or not at all.

    Parameters
    ----------
    path : Path
        Where to write; its folder is made when missing.
    blocks : iterable of str or bytes
        Text is written as UTF-8 with the line ends it has.
    lasting : bool
        Whether it shall outlast a power cut.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            for block in blocks:
                stream.write(block.encode("utf-8") if isinstance(block, str) else block)
            if lasting:
                stream.flush()
                os.fsync(stream.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """Write a file only when its content differs, so that its date tells when it last changed.

    Parameters
    ----------
    path : Path
        Where to write.
    content : str or bytes
        What the file shall hold.

    Returns
    -------
    bool
        Whether the file was written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        pass
    write_atomic(path, data)
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file while several files are put in place, so that runs take turns.

    Parameters
    ----------
    path : Path
        The lock file; made when missing, never removed. The system frees it when the process ends,
        however it ends. Where the system has no such locks, nothing is locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            import fcntl
        except ImportError:
            yield
            return
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def try_lock(handle: int, wait: bool = False) -> bool | None:
    """Lock an open file if nobody else holds it; the system frees it when the process ends.

    Parameters
    ----------
    handle : int
        File descriptor.
    wait : bool
        Whether to wait until nobody else does.

    Returns
    -------
    bool or None
        Whether the lock was taken; None where the system has no such locks.
    """
    try:
        import fcntl
    except ImportError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
