"""Many runs: what is asked of each, what came of it, and the loop that gets through them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.parameters import variant_name
from sahelstats.rerun.publishing import Places
from sahelstats.rerun.runner import rerun


@dataclass(frozen=True)
class Job:
    """One notebook with the parameters it shall run with.

    Attributes
    ----------
    stem : str
        The notebook.
    settings : mapping
        Parameters that differ from its defaults; without any the run is the project's own.
    name : str
        Of the variant's folder, where it is not to be that of the settings.
    """

    stem: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    @property
    def variant(self) -> str:
        """Name of the variant's folder, empty for the project's own run."""
        return self.name or (variant_name(self.settings) if self.settings else "")


@dataclass(frozen=True)
class Result:
    """What came of a job.

    Attributes
    ----------
    job : Job
        What was asked.
    places : Places or None
        Where the results are; None when it failed.
    error : str
        Why it failed, in words; empty when it did not.
    seconds : float
        How long it took.
    """

    job: Job
    places: Places | None
    error: str
    seconds: float


@dataclass(frozen=True)
class Event:
    """News of a running job: ``state`` is waiting, running, done or failed."""

    job: Job
    state: str
    cell: int = 0
    cells: int = 0


def run_jobs(
    jobs: Iterable[Job],
    *,
    workers: int = 1,
    cold: bool = False,
    on_event: Callable[[Event], None] | None = None,
) -> list[Result]:
    """Run jobs; one that fails does not stop the others.

    Parameters
    ----------
    jobs : iterable of Job
        In the order in which they shall begin.
    workers : int
        How many at once.
    cold : bool
        Start every kernel afresh instead of forking it from one that has imported the libraries.
    on_event : callable, optional
        Told of every change of a job's state and of every cell.

    Returns
    -------
    list of Result
        In the order of the jobs.
    """
    tell = on_event or (lambda event: None)
    results = []
    for job in jobs:
        begun = time.monotonic()

        def on_cell(cell: int, cells: int, job: Job = job) -> None:
            tell(Event(job, "running", cell, cells))

        try:
            places = rerun(job.stem, job.settings, on_cell, job.name)
            error = ""
        except RerunError as failure:
            places, error = None, str(failure)
        tell(Event(job, "failed" if error else "done"))
        results.append(Result(job, places, error, time.monotonic() - begun))
    return results
