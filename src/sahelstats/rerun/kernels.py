"""The kernels of a run of jobs: started warm or cold, and ended all at once when need be."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.launcher import launch_kernel
from jupyter_client.provisioning import LocalProvisioner

from sahelstats.rerun import kernel
from sahelstats.rerun.scratch import make_folder, remove_folder
from sahelstats.rerun.warm import NotWarmError, Zygote, can_fork

#: A zygote that is killed is replaced this often; then kernels are started cold.
_ZYGOTES = 3

#: The zygotes of this process, the last of them in use, and how many kernels were asked for.
_zygotes: list[Zygote] = []
_zygotes_lock = threading.Lock()
_asked = 0


class Stopped(BaseException):  # no error: the user wants to stop
    """The runner was asked to stop: no kernel is started any more, and no result kept."""


class _Process(Protocol):
    """What is needed of a running kernel, forked or started."""

    pid: int

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...


class Kernels:
    """Starts kernels, knows those that run, and ends them.

    Parameters
    ----------
    warm : bool
        Whether to fork them, where that can be done, from a process that has imported the
        libraries. The notebook's results are the same bytes either way.
    expected : int
        How many will be asked for.

    Attributes
    ----------
    forked : int
        How many kernels were forked.
    stopped : bool
        Whether they were all ended.
    """

    def __init__(self, warm: bool = False, expected: int = 1) -> None:
        self.warm = warm
        self._expected = expected
        self.stopped = False
        self.forked = 0
        self._lock = threading.Lock()
        self._running: dict[_Process, int | None] = {}

    def __enter__(self) -> Kernels:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def launch(
        self, command: Sequence[str], environment: Mapping[str, str], folder: str
    ) -> _Process:
        """Start a kernel.

        Parameters
        ----------
        command : sequence of str
            ``python -m sahelstats.rerun.kernel`` and its arguments.
        environment : mapping
            All its environment variables.
        folder : str
            Where it shall work.

        Returns
        -------
        Popen or ForkedKernel
            The running process.

        Raises
        ------
        Stopped
            When no kernel shall be started any more.
        """
        process = self._forked(command, environment, folder)
        lifeline = None
        if process is None:
            process, lifeline = _started(command, environment, folder)
        with self._lock:
            self._running[process] = lifeline
        if self.stopped:
            self.stop()
            raise Stopped
        return process

    def forget(self, process: _Process) -> None:
        """Take a kernel that has ended off the list."""
        with self._lock:
            lifeline = self._running.pop(process, None)
        if lifeline is not None:
            os.close(lifeline)

    def stop(self) -> None:
        """End every kernel at once and start no other."""
        self.stopped = True
        with self._lock:
            running = list(self._running)
        for process in running:
            _kill(process)

    def _forked(
        self, command: Sequence[str], environment: Mapping[str, str], folder: str
    ) -> _Process | None:
        """Return a kernel forked from the zygote, None where that cannot be done."""
        zygote = _zygote() if self.warm and not self.stopped else None
        if zygote is None:
            return None
        after_module = list(command)[command.index("-m") + 2 :]
        self._expected -= 1
        try:
            process = zygote.fork(after_module, environment, folder, self._expected > 0)
        except NotWarmError as error:
            if not self.stopped:
                print(f"a kernel is started cold: {error}", file=sys.stderr)
            return None
        self.forked += 1
        return process


class Provisioner(LocalProvisioner):
    """Has its kernel started by ``Kernels``; everything else is jupyter_client's own."""

    kernels: Kernels

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel."""
        process = self.kernels.launch(cmd, kwargs["env"], str(kwargs["cwd"]))
        self.process = process  # type: ignore[assignment]  # what it uses of a Popen is there
        self.pid = self.pgid = process.pid
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Take the kernel off the list of those that run."""
        if self.process is not None:
            self.kernels.forget(self.process)
        await super().cleanup(restart)


def is_worth_while(count: int) -> bool:
    """Return whether kernels had better be forked.

    Parameters
    ----------
    count : int
        How many will be asked for.

    Returns
    -------
    bool
        False for the only kernel of a process, which would wait for imports that it may not need.
    """
    global _asked
    _asked += count
    return _asked > 1


def _zygote() -> Zygote | None:
    """Return the process to fork from, one for the life of this process; None where none can be."""
    if not can_fork():
        return None
    with _zygotes_lock:
        if not _zygotes or not _zygotes[-1].alive:
            if len(_zygotes) == _ZYGOTES:
                return None
            private = make_folder()
            atexit.register(remove_folder, private)
            _zygotes.append(Zygote(environment_in(private)))
            atexit.register(_zygotes[-1].close)
        return _zygotes[-1]


def command_of(module: str = kernel.__name__) -> KernelSpec:
    """Return the one kernel there is: this environment's interpreter."""
    command = [sys.executable, "-m", module, "-f", "{connection_file}"]
    command.append("--log-level=50")  # that it is being stopped is no news
    command.append("--HistoryManager.enabled=False")  # a data base that nobody reads
    return KernelSpec(argv=command, display_name="sahelstats", language="python")


def environment_in(private: str) -> dict[str, str]:
    """Return an environment in which the same notebook gives the same bytes.

    Parameters
    ----------
    private : str
        A folder that takes what would otherwise be looked for in the user's home.

    Returns
    -------
    dict
        All environment variables of a kernel.
    """
    # Stands in for the user's: some of its settings, the time zone say, no stylesheet can reset.
    settings = Path(private) / "matplotlibrc"
    settings.touch()
    return os.environ | {
        "IPYTHONDIR": private,  # start-up files of the user's own profile
        "PYTHONSTARTUP": "",  # which IPython runs, too
        "MATPLOTLIBRC": str(settings),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        # The order of a sum depends on the number of threads.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # pyarrow starts one on import for memory that nobody uses; no fork would be possible.
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }


def _started(
    command: Sequence[str], environment: Mapping[str, str], folder: str
) -> tuple[subprocess.Popen[bytes], int]:
    """Return a kernel started afresh, and the end of the pipe that it lives by."""
    theirs, ours = os.pipe()
    variables = {**environment, kernel.RUNNER_VARIABLE: str(os.getpid())}
    try:
        process = launch_kernel(list(command), stdin=theirs, env=variables, cwd=folder)
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return process, ours


def _kill(process: _Process) -> None:
    """End a process and those that it has started."""
    if process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
