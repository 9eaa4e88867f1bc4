"""Whether a run succeeded, and what to tell of one that did not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahelstats.rerun.contract import headings_of

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_TRACEBACK_LINES = 6
#: Tags of the cells that papermill adds: the parameters given, and its own notes on an error.
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


@dataclass(frozen=True)
class Failure:
    """Why a run did not succeed.

    Attributes
    ----------
    cell : int or None
        Number of the cell, counted from 1 as a reader counts; None for the run as a whole.
    heading : str
        Nearest heading above the cell.
    reason : str
        One sentence.
    traceback : str
        Last lines of it, where there is one.
    """

    cell: int | None
    heading: str
    reason: str
    traceback: str = ""

    def __str__(self) -> str:
        """Return the failure as a message shows it."""
        where = f"cell {self.cell}" if self.cell else "the run"
        under = f" under {self.heading!r}" if self.heading else ""
        tail = "".join(f"\n    {line}" for line in self.traceback.splitlines())
        return f"{where}{under}: {self.reason}{tail}"


def find_failure(
    cells: Sequence[dict[str, Any]], exception: Exception | None, folder: Path, stem: str,
    declared: Sequence[str], may_skip: bool = False,
) -> Failure | None:  # fmt: skip
    """Return why a run failed, or None when all four signs of success are there.

    Parameters
    ----------
    cells : sequence of dict
        Cells of the executed notebook.
    exception : Exception or None
        What papermill raised.
    folder : Path
        The run's folder.
    stem : str
        The notebook.
    declared : sequence of str
        Figures it must have written.
    may_skip : bool
        Whether a figure may be missing where the notebook said why (``skip_figure``): an imported
        table may lack what it takes, the project's own may not.

    Returns
    -------
    Failure or None
        An error output counts even where papermill lets it pass (``sys.exit(0)``); so does a cell
        that never completed (a killed kernel) and a declared figure that is not there.
    """
    # papermill inserts cells; numbers in messages are those of the notebook itself.
    cells = [
        cell
        for cell in cells
        if _ADDED.isdisjoint(cell.get("metadata", {}).get("tags", []))
        or any(output["output_type"] == "error" for output in cell.get("outputs", []))
    ]
    for index, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return Failure(index + 1, _heading_above(cells, index), *_error(output))
        if exception is not None and not _began(cell):
            break
        if not _completed(cell):
            reason = "the cell did not complete"
            if exception is not None and type(exception).__name__ == "DeadKernelError":
                reason = "the kernel died while running this cell (killed, or out of memory)"
            elif exception is not None:
                reason = f"{type(exception).__name__}: {exception}"
            return Failure(index + 1, _heading_above(cells, index), reason)
    if exception is not None:
        return Failure(None, "", f"{type(exception).__name__}: {exception}")
    return _missing_product(folder, stem, declared, may_skip)


def _began(cell: dict[str, Any]) -> bool:
    """Return whether a cell was started; where none was, the kernel itself is at fault."""
    return bool(cell.get("metadata", {}).get("papermill", {}).get("start_time"))


def _completed(cell: dict[str, Any]) -> bool:
    """Return whether the kernel reported the end of a code cell and no exception.

    papermill's own status does not tell: when the kernel is dead, it marks the cell that killed it
    and all that follow as completed.
    """
    metadata = cell.get("metadata", {})
    status = metadata.get("papermill", {})
    if status.get("status") != "completed" or status.get("exception"):
        return False
    replied = "shell.execute_reply" in metadata.get("execution", {})
    return replied or not "".join(cell["source"]).strip()


def _missing_product(
    folder: Path, stem: str, declared: Sequence[str], may_skip: bool
) -> Failure | None:
    """Return the failure of a run that did not write exactly what it declares."""
    # Saving a figure writes the file, too, without a value in it.
    path = folder / "values.json"
    recorded = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if not recorded.get("values"):
        return Failure(None, "", "no value was recorded: say or answer must be called")
    skipped = recorded.get("skipped", {}) if may_skip else {}
    expected = [name for name in declared if name not in skipped]
    wanted = {f"{stem}__{name}.{kind}" for name in expected for kind in ("svg", "png", "csv")}
    written = {path.name for path in (folder / "figures").glob("*")}
    if missing := sorted(wanted - written):
        return Failure(None, "", f"declared but not written by this run: {', '.join(missing)}")
    if extra := sorted(written - wanted):
        where = "add the name to the notebook's metadata (sahelstats: figures)"
        return Failure(None, "", f"written but not declared: {', '.join(extra)}; {where}")
    return None


def _heading_above(cells: Sequence[dict[str, Any]], index: int) -> str:
    """Return the nearest heading above a cell."""
    return next((found[-1] for cell in reversed(cells[:index]) if (found := headings_of(cell))), "")


def _error(output: dict[str, Any]) -> tuple[str, str]:
    """Return an error output as a sentence and the last lines of its traceback."""
    if output["ename"] == "SystemExit":
        return "sys.exit was called, which leaves the rest of the notebook unrun", ""
    lines = _COLOURS.sub("", "\n".join(output.get("traceback", []))).splitlines()
    # The last line repeats the error's name and text.
    tail = [line for line in lines if line.strip()][-_TRACEBACK_LINES:]
    return f"{output['ename']} was raised", "\n".join(tail)
