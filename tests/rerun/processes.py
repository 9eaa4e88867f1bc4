"""The processes of a working copy, found by the environment they were started with."""

import os
import signal
import time
from pathlib import Path


class Processes:
    """All processes that were started in a clone.

    Parameters
    ----------
    root : Path
        Top folder of the clone.
    """

    def __init__(self, root):
        self.mark = f"SAHELSTATS_ROOT={root}\0".encode()

    def all(self):
        """Return process id -> (words of its command, process id of its parent)."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark not in (folder / "environ").read_bytes():
                    continue
                words = (folder / "cmdline").read_bytes().decode().split("\0")
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            except (OSError, ValueError):
                continue
            if state != "Z":
                found[int(folder.name)] = (words, int(parent))
        return found

    def runners(self):
        """Return those that run notebooks."""
        commands = {"batch", "rerun"}
        return [pid for pid, (words, _) in self.all().items() if commands & set(words[2:4])]

    def kernels(self):
        """Return those that notebooks run in, forked or started."""
        processes = self.all()
        zygotes = {p for p, (words, parent) in processes.items() if _is(words, "zygote")}
        zygotes -= {p for p in zygotes if processes[p][1] in zygotes}
        return [
            pid
            for pid, (words, parent) in processes.items()
            if _is(words, "kernel") or parent in zygotes
        ]

    def all_gone(self, seconds=2.0):
        """Return whether they all end within some seconds."""
        return _comes_true(lambda: not self.all(), seconds)

    def kernels_gone(self, seconds=2.0):
        """Return whether all but the runners end within some seconds."""
        return _comes_true(lambda: not set(self.all()) - set(self.runners()), seconds)


def _comes_true(condition, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _is(words, module):
    return f"sahelstats.rerun.{module}" in words[:4]


def kill(pid):
    """Kill a process; return whether there was one."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
