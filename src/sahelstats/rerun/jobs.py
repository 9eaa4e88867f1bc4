"""Many runs: what is asked of each, what came of it, and the loop that gets through them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.parameters import variant_name
from sahelstats.rerun.publishing import Places
from sahelstats.rerun.runner import rerun

if TYPE_CHECKING:
    from sahelstats.rerun.kernels import Kernels

#: Seconds between two looks at whether the caller was interrupted.
_LOOK = 0.2

#: Seconds for the threads to clear up after their kernels were ended.
_PATIENCE = 5.0


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
    """News of a job.

    Attributes
    ----------
    job : Job
        Whose.
    state : str
        ``waiting``, ``running``, ``done`` or ``failed``.
    cell, cells : int
        Where a running job stands, of how many.
    result : Result or None
        What came of a job that is done or has failed.
    """

    job: Job
    state: str
    cell: int = 0
    cells: int = 0
    result: Result | None = None


def run_jobs(
    jobs: Iterable[Job],
    *,
    workers: int = 1,
    cold: bool = False,
    on_event: Callable[[Event], None] | None = None,
) -> list[Result]:
    """Run jobs, several at once; one that fails does not stop the others.

    Parameters
    ----------
    jobs : iterable of Job
        In the order in which they shall begin.
    workers : int
        How many at once.
    cold : bool
        Start every kernel afresh instead of forking it from one that has imported the libraries.
    on_event : callable, optional
        Told of every change of a job's state and of every cell, in the thread of the caller.

    Returns
    -------
    list of Result
        In the order of the jobs.

    Notes
    -----
    When the caller is interrupted, every kernel is ended and nothing more is put in place.
    """
    from sahelstats.rerun import engine  # noqa: F401  # slow to import, and not in a thread
    from sahelstats.rerun.kernels import Kernels, is_worth_while

    listed = list(jobs)
    count = len(listed)
    with Kernels(warm=not cold and is_worth_while(count), expected=count) as kernels:
        crew = _Crew(listed, kernels)
        try:
            return crew.work(min(workers, count), on_event or (lambda event: None))
        except BaseException:
            kernels.stop()
            crew.join(_PATIENCE)
            raise


class _Crew:
    """Threads that each take one job after the other, and tell the caller of it."""

    def __init__(self, jobs: list[Job], kernels: Kernels) -> None:
        self._jobs = jobs
        self._kernels = kernels
        self._left: SimpleQueue[int] = SimpleQueue()
        for number in range(len(jobs)):
            self._left.put(number)
        self._news: SimpleQueue[Event | tuple[int, Result] | BaseException] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def work(self, workers: int, tell: Callable[[Event], None]) -> list[Result]:
        """Get through all jobs; return their results in order."""
        for job in self._jobs:
            tell(Event(job, "waiting"))
        for number in range(workers):
            name = f"run-{number}"
            self._threads.append(threading.Thread(target=self._take, name=name, daemon=True))
            self._threads[-1].start()
        results: dict[int, Result] = {}
        while len(results) < len(self._jobs):
            try:
                news = self._news.get(timeout=_LOOK)  # an interrupt is noticed between two looks
            except Empty:
                continue
            match news:
                case Event():
                    tell(news)
                case BaseException():
                    raise news
                case (number, result):
                    results[number] = result
                    state = "failed" if result.error else "done"
                    tell(Event(result.job, state, result=result))
        self.join()
        return [results[number] for number in range(len(self._jobs))]

    def join(self, seconds: float | None = None) -> None:
        """Wait for the threads to end."""
        until = None if seconds is None else time.monotonic() + seconds
        for thread in self._threads:
            thread.join(None if until is None else max(0.0, until - time.monotonic()))

    def _take(self) -> None:
        """Run jobs until there are none left, or the kernels are stopped."""
        while not self._kernels.stopped:
            try:
                number = self._left.get_nowait()
            except Empty:
                return
            try:
                self._news.put((number, self._run(self._jobs[number])))
            except BaseException as error:
                self._news.put(error)
                return

    def _run(self, job: Job) -> Result:
        begun = time.monotonic()
        self._news.put(Event(job, "running"))
        try:
            places, error = self._rerun(job), ""
        except RerunError as failure:
            places, error = None, str(failure)
        return Result(job, places, error, time.monotonic() - begun)

    def _rerun(self, job: Job) -> Places:
        def on_cell(cell: int, cells: int) -> None:
            self._news.put(Event(job, "running", cell, cells))

        return rerun(job.stem, job.settings, on_cell, kernels=self._kernels, variant=job.name)
