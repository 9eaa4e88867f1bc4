"""The process that warm kernels are forked from: it has imported what notebooks import.

Started by the runner (``sahelstats.rerun.warm``), which asks over a socket, a line of JSON for each
kernel. Every kernel is a process of its own, as a cold one is; only the imports are shared. Of the
package itself nothing is imported that a cold kernel would not import, so the record of the files
a notebook used is the same.

Forking copies one thread only. So nothing here may start a thread or open a ZeroMQ socket, and
where a library starts threads on import, this process refuses to fork.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import warnings
from types import ModuleType
from typing import Any

from sahelstats.rerun import lifeline, tracing

#: What every kernel imports before its first figure; nothing is forked before these are there.
FIRST = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib.dates",
    "matplotlib.backends.backend_svg",
    "matplotlib.style",
    "matplotlib._constrained_layout",
    "PIL.PngImagePlugin",
)
#: What some notebooks import, most needed first. A request that comes in between is answered at
#: once: the kernel imports what is missing itself. Not among them is what looks at the running
#: kernel when it is imported (matplotlib_inline).
LATER = (
    "pyarrow.pandas_compat",
    "pandas.io.formats.csvs",
    "pandas.io.formats.style",
    "pandas.core.methods.to_dict",
    "scipy.special",
    "scipy.spatial",
    "shapely",
    "shapely.ops",
    "pyproj",
    "scipy.sparse",
    "scipy.stats",
    "scipy.signal",
    "seaborn",
    "esda",
    "libpysal.weights",
)


def main() -> None:
    """Serve the runner at the other end of a socket; in a forked process, become the kernel."""
    if not sys.flags.safe_path:
        sys.path.pop(0)  # as in sahelstats.rerun.kernel
    # IPython puts a module of its own in the place of this one; so does what is imported before.
    sys.modules["__main__"] = ModuleType("__main__")
    nursery = Nursery(socket.socket(fileno=int(sys.argv[1])))
    signal.signal(signal.SIGTERM, nursery.end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runner decides
    lifeline.die_with_parent(signal.SIGTERM, int(sys.argv[2]))
    request = nursery.serve()
    become_kernel(request)


class Nursery:
    """Forks kernels on request and tells when each has ended.

    Parameters
    ----------
    runner : socket
        The runner's end closes when the runner ends.
    """

    def __init__(self, runner: socket.socket) -> None:
        self.runner = runner
        self.children: set[int] = set()
        self.received = b""
        self.pid = os.getpid()
        self.ended, self.woken = os.pipe()
        os.set_blocking(self.ended, False)
        os.set_blocking(self.woken, False)

    def serve(self) -> dict[str, Any]:
        """Answer requests until the runner ends, which ends this process.

        Returns
        -------
        dict
            In a forked process only: the request it was forked for.
        """
        signal.set_wakeup_fd(self.woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for name in FIRST:
            _import(name)
        later = list(LATER)
        wanted = True
        while True:
            runner = self.runner.fileno()
            patience = 0 if later and wanted else None
            ready, _, _ = select.select([runner, self.ended], [], [], patience)
            if self.ended in ready:
                self._reap()
            if runner in ready:
                for line in self._lines():
                    request = json.loads(line)
                    wanted = request["more"]
                    if self._fork(request) == 0:
                        return request
            elif later and wanted and not ready:
                _import(later.pop(0))

    def end(self, *_: object) -> None:
        """End every kernel, with whatever it has started, and this process."""
        if os.getpid() == self.pid:
            for pid in self.children:
                _kill_group(pid)
        os._exit(0)

    def _lines(self) -> list[bytes]:
        """Return the requests that have come in whole."""
        part = self.runner.recv(1 << 20)
        if not part:
            self.end()
        *whole, self.received = (self.received + part).split(b"\n")
        return whole

    def _fork(self, request: dict[str, Any]) -> int:
        """Fork a kernel; return its process id, and 0 in the kernel itself."""
        if len(os.listdir("/proc/self/task")) > 1:
            self._tell({"request": request["request"], "refused": "a library started a thread"})
            return -1
        gc.freeze()  # what is here now is not looked at, and so not copied, by the kernels
        pid = os.fork()
        if pid == 0:
            self._leave()
            return 0
        self.children.add(pid)
        self._tell({"request": request["request"], "pid": pid})
        return pid

    def _leave(self) -> None:
        """Undo, in a forked process, what makes this one a nursery."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        lifeline.die_with_parent(signal.SIGKILL, self.pid)
        self.runner.close()
        os.close(self.ended)
        os.close(self.woken)

    def _reap(self) -> None:
        """Tell of the kernels that have ended, and end what they have left running."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.ended, 4096)
        for pid in list(self.children):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                self.children.remove(pid)
                _kill_group(pid)
                self._tell({"pid": pid, "ended": os.waitstatus_to_exitcode(status)})

    def _tell(self, news: dict[str, Any]) -> None:
        try:
            self.runner.sendall(json.dumps(news).encode() + b"\n")
        except OSError:
            self.end()


def become_kernel(request: dict[str, Any]) -> None:
    """Run the kernel that was asked for, as ``python -m sahelstats.rerun.kernel`` would.

    Parameters
    ----------
    request : dict
        ``arguments``, ``environment`` (all of it) and ``folder`` to work in.
    """
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv[1:] = request["arguments"]
    _forget_randomness()
    tracing.start()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


def _forget_randomness() -> None:
    """Give this process random numbers of its own where a notebook sets no seed."""
    import random

    import numpy as np

    random.seed()
    np.random.seed()  # the state that a fork has copied is the legacy one


def _import(name: str) -> None:
    # A kernel that needs what cannot be imported says so itself.
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module(name)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
