"""Processes that end with the one that started them, however that one ends.

Imported by kernels before anything else, so it imports nothing but the standard library.
"""

from __future__ import annotations

import os
import sys
import threading

#: From <linux/prctl.h>: the signal a process gets when the thread that started it ends.
_PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int, parent: int) -> None:
    """Ask the system to send this process a signal when its parent ends; only Linux can.

    Parameters
    ----------
    signal_number : int
        Which signal.
    parent : int
        Process id of the parent. When that has ended already, this process ends at once.
    """
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def end_at_end_of(descriptor: int) -> None:
    """End this process when the other end of a pipe is closed, as the death of its holder does.

    Parameters
    ----------
    descriptor : int
        The end to read from. Nothing is ever written into it.
    """

    def wait() -> None:
        while True:
            try:
                if not os.read(descriptor, 1):
                    os._exit(1)
            except InterruptedError:
                continue
            except OSError:
                return  # not a pipe: nobody holds the other end

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def is_running(pid: int) -> bool:
    """Return whether there is a process of this number; asked on POSIX systems only.

    Parameters
    ----------
    pid : int
        Process id.

    Returns
    -------
    bool
        True also for a process of somebody else's.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
