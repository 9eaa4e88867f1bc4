"""The papermill engine: this environment's interpreter, private sockets, nothing of the user's."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from sahelstats.rerun import lean  # noqa: F401  # isort: skip  # before nbformat, to be quick

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from sahelstats.rerun import tracing

NAME = "sahelstats"

#: An address of a socket file holds about a hundred bytes, `/socket-5` included.
_LONGEST_FOLDER = 80


class OwnInterpreter(KernelSpecManager):
    """Knows one kernel: this interpreter. Kernels installed on the machine are not looked at."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of this environment, whatever the name."""
        command = [sys.executable, "-m", "sahelstats.rerun.kernel", "-f", "{connection_file}"]
        command.append("--log-level=50")  # that it is being stopped is no news
        return KernelSpec(argv=command, display_name="sahelstats", language="python")


class TracingClient(PapermillNotebookClient):
    """Runs the cells, then asks the kernel which files it used."""

    def papermill_execute_cells(self) -> None:
        """Execute all cells; the note of files is made even when one of them fails."""
        for cell in self.nb.cells:
            # Times that JupyterLab saved; find_failure takes those of this run for a sign of life.
            cell.metadata.pop("execution", None)
        super().papermill_execute_cells()
        code = f"__import__('sahelstats.rerun.tracing', fromlist=['write']).write({self.folder!r})"
        self.wait_for_reply(self.kc.execute(code, silent=True, store_history=False))

    folder = ""


class IsolatedEngine(NBClientEngine):
    """Runs a notebook in a kernel of its own that no setting of the machine reaches."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *args: Any, folder: str, environment: dict[str, str],
        on_cell: Any = None, start_timeout: int = 60, **_: Any,
    ) -> Any:  # fmt: skip
        """Run the cells of a managed notebook.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
            Given by papermill.
        kernel_name : str
            Not used: the interpreter is this one.
        *args
            Not used.
        folder : str
            The run's folder.
        environment : dict
            Environment variables of the kernel, in addition to this process's.
        on_cell : callable, optional
            Called with the number of each cell as it starts.
        start_timeout : int
            Seconds to wait for the kernel.

        Returns
        -------
        NotebookNode
            The executed notebook.
        """
        private = tempfile.mkdtemp(prefix="sahelstats-")
        manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=OwnInterpreter())
        manager.connection_file = str(Path(private) / "kernel.json")
        if os.name == "posix" and len(os.fsencode(private)) <= _LONGEST_FOLDER:
            # Files in a private folder instead of ports: parallel kernels cannot collide.
            manager.transport = "ipc"
            manager.ip = str(Path(private) / "socket")
        client = TracingClient(nb_man, km=manager, startup_timeout=start_timeout, timeout=None)
        client.folder = folder
        client.owns_km = True  # it ends the kernel, too
        if on_cell is not None:
            client.on_cell_start = lambda cell, cell_index: on_cell(cell_index)
        try:
            return client.execute(env=_environment(private) | environment, cwd=str(tracing.ROOT))
        finally:
            shutil.rmtree(private, ignore_errors=True)


def _environment(private: str) -> dict[str, str]:
    """Return an environment in which the same notebook gives the same bytes."""
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
    }


papermill_engines.register(NAME, IsolatedEngine)
