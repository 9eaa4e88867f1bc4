"""Rerunning one notebook: into a private folder first, into place only on success."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelstats.files import locked
from sahelstats.notebook import FOLDER_VARIABLE, STEM_VARIABLE
from sahelstats.paths import BUILD, NOTEBOOKS, shown
from sahelstats.rerun.contract import Contract, read_contract
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.folders import run_folder
from sahelstats.rerun.outcome import Failure, find_failure
from sahelstats.rerun.parameters import variant_name
from sahelstats.rerun.publishing import Places, make_record, publish

if TYPE_CHECKING:
    from sahelstats.rerun.kernels import Kernels

OnCell = Callable[[int, int], None]


def rerun(
    stem: str, settings: Mapping[str, Any] | None = None, on_cell: OnCell | None = None,
    *, kernels: Kernels | None = None, variant: str = "",
) -> Places:  # fmt: skip
    """Run one notebook through papermill and put its results in place.

    Parameters
    ----------
    stem : str
        The notebook.
    settings : mapping, optional
        Parameters to run with; results then go to a variant's folder and the committed figures
        stay as they are, even where a value is the notebook's own default.
    on_cell : callable, optional
        Called with (cell, number of cells) as each starts.
    kernels : Kernels, optional
        Starts the kernel; without it the kernel is a cold one.
    variant : str
        Name of the variant's folder; default the settings themselves.

    Returns
    -------
    Places
        Where the results are.

    Raises
    ------
    RerunError
        When the notebook breaks its contract or the run does not succeed; nothing that was in
        place before has changed, and the notebook as far as it ran is kept as ``*.failed.ipynb``.
    """
    contract = read_contract(NOTEBOOKS / f"{stem}.ipynb")
    given = dict(settings or {})
    places = Places.of(variant or (variant_name(given) if given else ""))
    try:
        with run_folder(stem) as folder:
            _run_in(folder, contract, given, places, on_cell, kernels)
            record = make_record(folder, contract.path, contract.parameters | given)
            with locked(BUILD / "publishing.lock"):
                publish(folder, stem, places, record)
    except OSError as error:
        advice = "Figures and report are as they were before."
        message = f"the results of {shown(contract.path)} could not be written:"
        raise RerunError(message, [in_words(error), advice]) from None
    return places


def in_words(error: OSError) -> str:
    """Return an error of the system as a reader needs it: which file, and what was the matter.

    Parameters
    ----------
    error : OSError
        As raised.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> in_words(OSError(28, "No space left on device", "figures/a.svg"))
    'figures/a.svg: No space left on device'
    """
    names = [shown(name) for name in (error.filename, error.filename2) if name]
    return ": ".join([" to ".join(names), error.strerror or str(error)] if names else [str(error)])


def _run_in(
    folder: Path, contract: Contract, given: Mapping[str, Any], places: Places,
    on_cell: OnCell | None, kernels: Kernels | None = None,
) -> None:  # fmt: skip
    """Run a notebook in a folder of its own; raise when any sign of success is missing."""
    exception = execute(contract, given, folder, on_cell, kernels)
    output = folder / "executed.ipynb"
    cells = _cells(output)
    if exception is not None and not _first_cell_began(cells):
        # The kernel died before it ran anything: a fault of the machine, worth one more try.
        exception = execute(contract, given, folder, on_cell, kernels)
        cells = _cells(output)
    own = places == Places.of()
    failure = find_failure(
        cells, exception, folder, contract.stem, contract.figures, may_skip=not own
    )
    if failure is not None:
        raise _error(contract, failure, output, places)


def execute(
    contract: Contract, given: Mapping[str, Any], folder: Path, on_cell: OnCell | None,
    kernels: Kernels | None = None,
) -> Exception | None:  # fmt: skip
    """Run a notebook with papermill.

    Parameters
    ----------
    contract : Contract
        The notebook.
    given : mapping
        Parameters that differ from its defaults.
    folder : Path
        Takes ``executed.ipynb`` and whatever the notebook writes.
    on_cell : callable or None
        Called with (cell, number of cells) as each starts.
    kernels : Kernels, optional
        Starts the kernel; without it the kernel is a cold one.

    Returns
    -------
    Exception or None
        What papermill raised; that it raised nothing does not mean success.

    Raises
    ------
    Stopped
        When the kernel was ended because no result is wanted any more.
    """
    from sahelstats.rerun import engine
    from sahelstats.rerun.kernels import Kernels, Stopped

    import papermill  # isort: skip  # after the engine, which makes the import quick

    logging.getLogger("papermill").setLevel(logging.ERROR)
    count = len(json.loads(contract.path.read_text(encoding="utf-8"))["cells"])
    report = None if on_cell is None else (lambda index: on_cell(min(index + 1, count), count))
    with nullcontext(kernels) if kernels is not None else Kernels() as used:
        try:
            papermill.execute_notebook(
                contract.path, folder / "executed.ipynb", dict(given), engine_name=engine.NAME,
                kernel_name="python3", language="python", progress_bar=False, on_cell=report,
                folder=str(folder), kernels=used,
                environment={STEM_VARIABLE: contract.stem, FOLDER_VARIABLE: str(folder)},
            )  # fmt: skip
        except Exception as error:  # whatever papermill or the kernel raise is the run's failure
            if used.stopped:
                raise Stopped from None
            return error
    return None


def _cells(output: Path) -> list[dict[str, Any]]:
    """Return the cells of an executed notebook as far as it was written."""
    try:
        return json.loads(output.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return []


def _first_cell_began(cells: list[dict[str, Any]]) -> bool:
    return any(
        cell.get("metadata", {}).get("papermill", {}).get("start_time") or cell.get("outputs")
        for cell in cells
    )


def _error(contract: Contract, failure: Failure, output: Path, places: Places) -> RerunError:
    """Return the message of a failed run, after keeping the notebook as far as it ran."""
    kept = places.executed / f"{contract.stem}.failed.ipynb"
    advice = "Figures and report are as they were before."
    if _cells(output):  # else it was not written, or not all of it
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.replace(output, kept)
        advice = f"As far as it ran: {shown(kept)}. {advice}"
    return RerunError(f"{shown(contract.path)} failed in {failure}", [advice])
