"""Run a command as long as nobody else runs one under the same lock: `alone.py LOCK WHAT COMMAND`.

For make, before there is an environment, so it imports nothing but the standard library.
The command takes the place of this process and keeps the lock file open, as does all that it
starts. So the system frees the lock when the last of them has ended, however they end. Macs have no
`flock` command; where there are no such locks at all, the command runs without.
"""

from __future__ import annotations

import os
import sys

#: Set for the command when somebody else has held the lock meanwhile.
WAITED = "WAITED"


def main(lock: str, what: str, *command: str) -> None:
    """Wait for a lock, saying so, and become a command that holds it.

    Parameters
    ----------
    lock : str
        File to lock; made when missing.
    what : str
        What whoever holds it is doing, as the message says it.
    *command : str
        Program and arguments.
    """
    os.makedirs(os.path.dirname(lock) or ".", exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    os.environ.pop(WAITED, None)
    if not _locked(handle, wait=False):
        other = os.read(handle, 20).decode("ascii", "replace").strip()
        process = f" (process {other})" if other else ""
        print(f"Another make {what}{process}; waiting for it to end.", file=sys.stderr, flush=True)
        _locked(handle, wait=True)
        os.environ[WAITED] = "yes"
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
    os.set_inheritable(handle, True)
    os.execvp(command[0], command)


def _locked(handle: int, wait: bool) -> bool:
    """Lock a file; return False when somebody else holds it."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
