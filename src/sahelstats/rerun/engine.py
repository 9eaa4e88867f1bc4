"""The papermill engine: this environment's interpreter, private sockets, nothing of the user's."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from sahelstats.rerun import lean  # noqa: F401  # isort: skip  # before nbformat, to be quick

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.iorw import write_ipynb

from sahelstats.rerun import tracing
from sahelstats.rerun.kernels import (
    Kernels,
    Provisioner,
    command_of,
    environment_in,
)
from sahelstats.rerun.scratch import make_folder, remove_folder

NAME = "sahelstats"

#: An address of a socket file holds about a hundred bytes, `/socket-5` included.
_LONGEST_FOLDER = 80

#: Seconds between two looks at whether a kernel still lives.
_LOOK = 0.1


class OwnInterpreter(KernelSpecManager):
    """Knows one kernel: this interpreter. Kernels installed on the machine are not looked at."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernel of this environment, whatever the name."""
        return command_of()


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

    async def _async_poll_kernel_alive(self) -> None:
        """Look often, so that the death of a kernel ends the run soon."""
        while True:
            await asyncio.sleep(_LOOK)
            try:
                await self._async_check_alive()
            except DeadKernelError:
                if self.task_poll_for_reply is not None:
                    self.task_poll_for_reply.cancel()
                return

    folder = ""


class IsolatedEngine(NBClientEngine):
    """Runs a notebook in a kernel of its own that no setting of the machine reaches."""

    @classmethod
    def execute_notebook(
        cls, nb: Any, kernel_name: str, output_path: str | None = None, **kwargs: Any
    ) -> Any:
        """Run a notebook and write it when it has ended, however that was.

        papermill would write all of it twice for every cell. Nobody reads it before the end, and
        what a dead runner leaves behind is removed.
        """
        try:
            return super().execute_notebook(nb, kernel_name, output_path=None, **kwargs)
        finally:
            if output_path is not None:
                write_ipynb(nb, output_path)

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *args: Any, folder: str, environment: dict[str, str],
        kernels: Kernels, on_cell: Any = None, start_timeout: int = 60, **_: Any,
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
        kernels : Kernels
            Starts the kernel.
        on_cell : callable, optional
            Called with the number of each cell as it starts.
        start_timeout : int
            Seconds to wait for the kernel.

        Returns
        -------
        NotebookNode
            The executed notebook.
        """
        private = make_folder()
        manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=OwnInterpreter())
        manager.connection_file = str(Path(private) / "kernel.json")
        if os.name == "posix" and len(os.fsencode(private)) <= _LONGEST_FOLDER:
            # Files in a private folder instead of ports: parallel kernels cannot collide.
            manager.transport = "ipc"
            manager.ip = str(Path(private) / "socket")
        manager.provisioner = Provisioner(kernel_spec=manager.kernel_spec, parent=manager)
        manager.provisioner.kernels = kernels
        client = TracingClient(
            nb_man, km=manager, startup_timeout=start_timeout, timeout=None,
            shutdown_kernel="immediate",  # all that it was to write it has written
        )  # fmt: skip
        client.folder = folder
        client.owns_km = True  # it ends the kernel, too
        if on_cell is not None:
            client.on_cell_start = lambda cell, cell_index: on_cell(cell_index)
        try:
            return client.execute(env=environment_in(private) | environment, cwd=str(tracing.ROOT))
        finally:
            remove_folder(private)


papermill_engines.register(NAME, IsolatedEngine)
