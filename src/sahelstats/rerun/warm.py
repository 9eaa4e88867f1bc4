"""The runner's side of warm kernels: it starts the zygote and asks it for kernels."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sahelstats.paths import ROOT

#: Seconds for all imports of a zygote on a slow machine; a kernel is started cold after that.
PATIENCE = 60.0


class NotWarmError(Exception):
    """No kernel can be forked; a cold one can still be started."""


def can_fork() -> bool:
    """Return whether kernels can be forked here: Linux frees them with the process they are of."""
    return sys.platform == "linux" and os.path.isdir("/proc/self/task")


class ForkedKernel:
    """A kernel that the zygote has forked, with the part of ``Popen`` that jupyter_client uses.

    Parameters
    ----------
    pid : int
        Its process id, and that of its process group.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Return how it ended, as soon as it has."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to it alone."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it, and what it has started, at once."""
        if self.returncode is None:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)

    terminate = kill

    def ended(self, status: int) -> None:
        """Take note of how it ended."""
        self.returncode = status
        self._ended.set()


class Zygote:
    """The process that has imported the libraries, and the kernels that were forked from it.

    Parameters
    ----------
    environment : mapping
        Environment variables of every kernel, the kernel's own left out.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._answers: dict[int, ForkedKernel | str] = {}
        self._answered = threading.Condition(self._lock)
        self._count = 0
        self._kernels: dict[int, ForkedKernel] = {}
        self._socket, self._theirs = socket.socketpair()
        self.alive = True
        # The system watches over the thread that starts a process, so the thread must last.
        self._thread = threading.Thread(target=self._run, name="zygote", daemon=True)
        self._thread.start()

    def fork(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: str | Path,
        more: bool = True,
    ) -> ForkedKernel:  # fmt: skip
        """Fork a kernel.

        Parameters
        ----------
        arguments : sequence of str
            As for ``ipykernel_launcher``.
        environment : mapping
            All its environment variables.
        folder : str or Path
            Where it shall work.
        more : bool
            Whether other kernels will be asked for, so that it pays to import more for them.

        Returns
        -------
        ForkedKernel
            The running process.

        Raises
        ------
        NotWarmError
            When the zygote has ended or refuses.
        """
        with self._answered:
            self._count += 1
            number = self._count
            request = {
                "request": number,
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(folder),
                "more": more,
            }
            try:
                self._socket.sendall(json.dumps(request).encode() + b"\n")
            except OSError as error:
                raise NotWarmError(str(error)) from None
            self._answered.wait_for(lambda: number in self._answers or not self.alive, PATIENCE)
            answer = self._answers.pop(number, "the process is gone")
        if isinstance(answer, str):
            raise NotWarmError(answer)
        return answer

    def close(self) -> None:
        """End the zygote and every kernel that was forked from it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for kernel in list(self._kernels.values()):
            kernel.kill()
        self._thread.join(1)

    def _run(self) -> None:
        """Start the process, take its news until it ends, and leave nothing of it behind."""
        theirs = self._theirs.fileno()
        command = [sys.executable, "-m", "sahelstats.rerun.zygote", str(theirs), str(os.getpid())]
        try:
            process = subprocess.Popen(
                command, env=self._environment, cwd=ROOT, stdin=subprocess.DEVNULL,
                pass_fds=[theirs], start_new_session=True,
            )  # fmt: skip
        except OSError:
            self._end()
            return
        finally:
            self._theirs.close()
        try:
            with self._socket.makefile("rb") as news:
                for line in news:
                    self._take(json.loads(line))
        except (OSError, ValueError):
            pass
        finally:
            # What it forked ends with it, and by the hand of the system.
            process.kill()
            process.wait()
            self._end()

    def _take(self, news: dict[str, Any]) -> None:
        with self._answered:
            if "ended" in news:
                if kernel := self._kernels.pop(news["pid"], None):
                    kernel.ended(news["ended"])
                return
            if "pid" in news:
                kernel = self._kernels[news["pid"]] = ForkedKernel(news["pid"])
                self._answers[news["request"]] = kernel
            else:
                self._answers[news["request"]] = news["refused"]
            self._answered.notify_all()

    def _end(self) -> None:
        with self._answered:
            self.alive = False
            for kernel in self._kernels.values():
                kernel.kill()
                kernel.ended(-signal.SIGKILL)
            self._kernels.clear()
            self._socket.close()
            self._answered.notify_all()
